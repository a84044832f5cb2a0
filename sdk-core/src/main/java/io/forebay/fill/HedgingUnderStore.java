package io.forebay.fill;

import io.forebay.FileStatus;
import io.forebay.understore.KeyListing;
import io.forebay.understore.ListingPage;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStores;
import io.forebay.understore.UnfinishedWrite;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks a second time when the first byte takes longer than it does in 99 of 100 requests, and goes
 * on with the answer that comes first. At most one request in a hundred is asked twice.
 * Thread-safe.
 */
public final class HedgingUnderStore implements UnderStore, Source {

  /** Fewer times say little of the 99th percentile. */
  private static final long SAMPLES = 200;

  /** Below this, waiting costs less than asking again. */
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final int ONE_IN = 100;

  private final GuardedUnderStore guarded;
  private final UnderStore delegate;
  private volatile boolean enabled;
  private final ScheduledThreadPoolExecutor watch;
  private final ExecutorService threads;
  private final AtomicLong opened = new AtomicLong();
  private final AtomicLong hedged = new AtomicLong();

  /**
   * @param enabled whether to ask twice at all
   */
  public HedgingUnderStore(GuardedUnderStore guarded, boolean enabled) {
    this.guarded = guarded;
    this.delegate = UnderStores.withRetries(guarded);
    this.enabled = enabled;
    this.watch = new ScheduledThreadPoolExecutor(1, daemon("forebay-hedge-watch"));
    watch.setRemoveOnCancelPolicy(true);
    this.threads = Executors.newCachedThreadPool(daemon("forebay-hedge"));
  }

  private static ThreadFactory daemon(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Whether to ask twice from now on. */
  public void enable(boolean whether) {
    enabled = whether;
  }

  /** Requests that were sent a second time. */
  public long hedged() {
    return hedged.get();
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    if (!isHedging()) {
      opened.incrementAndGet();
      return delegate.open(file, offset, length);
    }
    CompletableFuture<InputStream> answer = new CompletableFuture<>();
    threads.execute(
        () ->
            ask(
                file,
                offset,
                length,
                new Receiver() {
                  @Override
                  public void receive(InputStream in) {
                    if (!answer.complete(in)) {
                      closeQuietly(in);
                    }
                  }

                  @Override
                  public void failed(IOException reason) {
                    answer.completeExceptionally(reason);
                  }
                }));
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io
          ? io
          : new IOException("the under-store failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      answer.cancel(false);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the under-store");
    }
  }

  /**
   * As {@link #open}, without a change of threads. The calling thread asks; when the answer is
   * late, another one asks, too, and the one that has an answer first receives it.
   */
  @Override
  public void ask(FileStatus file, long offset, long length, Receiver receiver) {
    opened.incrementAndGet();
    Race race = new Race(file, offset, length, receiver);
    if (!isHedging()) {
      race.run();
      return;
    }
    long patience = Math.max(LEAST_NANOS, guarded.latencies().quantile(0.99).toNanos());
    Future<?> late;
    try {
      late = watch.schedule(() -> askAgain(race), patience, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      receiver.failed(new IOException(file.path() + ": the cache is closing", e));
      return;
    } catch (Error e) {
      receiver.failed(new IOException(file.path() + ": cannot send the request", e));
      throw e;
    }
    race.run();
    late.cancel(false);
  }

  private boolean isHedging() {
    return enabled && guarded.latencies().count() >= SAMPLES;
  }

  private void askAgain(Race race) {
    if (hedged.get() * ONE_IN < opened.get() && guarded.hasRoom() && race.join()) {
      hedged.incrementAndGet();
      try {
        threads.execute(race);
      } catch (RuntimeException | Error e) {
        race.lose(new IOException(race.file.path() + ": cannot send the hedged request", e));
        throw e;
      }
    }
  }

  /** One or two requests for the same. */
  private final class Race implements Runnable {

    private final FileStatus file;
    private final long offset;
    private final long length;
    private final Receiver receiver;

    // Guarded by this.
    private int running = 1;
    private boolean over;

    Race(FileStatus file, long offset, long length, Receiver receiver) {
      this.file = file;
      this.offset = offset;
      this.length = length;
      this.receiver = receiver;
    }

    /** Whether another request can still help. */
    synchronized boolean join() {
      if (over) {
        return false;
      }
      running++;
      return true;
    }

    @Override
    public void run() {
      InputStream in;
      try {
        in = delegate.open(file, offset, length);
      } catch (IOException e) {
        lose(e);
        return;
      } catch (RuntimeException | Error e) {
        lose(new IOException("the under-store failed: " + e, e));
        throw e;
      }
      if (win()) {
        receiver.receive(in);
      } else {
        closeQuietly(in);
      }
    }

    private synchronized boolean win() {
      boolean first = !over;
      over = true;
      return first;
    }

    private void lose(IOException reason) {
      synchronized (this) {
        running--;
        if (over || running > 0) {
          return;
        }
        over = true;
      }
      receiver.failed(reason);
    }
  }

  private static void closeQuietly(InputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // Nobody wants it.
    }
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    return delegate.stat(path);
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    return delegate.list(directory, continuation);
  }

  @Override
  public Optional<KeyListing> keys() {
    return delegate.keys();
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    return delegate.put(path, content, length);
  }

  @Override
  public FileStatus rename(FileStatus from, String to) throws IOException {
    return delegate.rename(from, to);
  }

  @Override
  public List<UnfinishedWrite> unfinished() throws IOException {
    return delegate.unfinished();
  }

  @Override
  public void abandon(UnfinishedWrite write) throws IOException {
    delegate.abandon(write);
  }

  @Override
  public void delete(String path) throws IOException {
    delegate.delete(path);
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    delegate.makeDirectory(path);
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    delegate.removeDirectory(path);
  }

  @Override
  public void close() throws IOException {
    watch.shutdownNow();
    threads.shutdown();
    delegate.close();
  }
}

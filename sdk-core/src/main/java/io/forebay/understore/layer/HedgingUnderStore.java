package io.forebay.understore.layer;

import io.forebay.FileStatus;
import io.forebay.background.DaemonThreads;
import io.forebay.understore.UnderStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks a second time when the first byte takes longer than it does in 99 of 100 requests, and goes
 * on with the answer that comes first. At most one request in a hundred is asked twice.
 * Thread-safe.
 */
public final class HedgingUnderStore extends ForwardingUnderStore implements Source {

  /** Fewer times say little of the 99th percentile. */
  private static final long SAMPLES = 200;

  /** Below this, waiting costs less than asking again. */
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final int ONE_IN = 100;

  private final UnderStore delegate;
  private final GuardedUnderStore guarded;
  private volatile boolean enabled;
  private final ScheduledThreadPoolExecutor watch;
  private final ExecutorService threads;
  private final AtomicLong opened = new AtomicLong();
  private final AtomicLong hedged = new AtomicLong();

  /**
   * @param delegate is asked
   * @param guarded below it, which knows how long answers take
   * @param enabled whether to ask twice at all
   */
  public HedgingUnderStore(UnderStore delegate, GuardedUnderStore guarded, boolean enabled) {
    this.delegate = delegate;
    this.guarded = guarded;
    this.enabled = enabled;
    this.watch = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("forebay-hedge-watch"));
    watch.setRemoveOnCancelPolicy(true);
    this.threads = Executors.newCachedThreadPool(DaemonThreads.named("forebay-hedge"));
  }

  /** Whether to ask twice from now on. */
  void enable(boolean whether) {
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
   * late, another one asks, too, and the answer that comes first wins.
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
  UnderStore target() {
    return delegate;
  }

  @Override
  <T> T send(Request<T> request) throws IOException {
    return request.send(delegate);
  }

  @Override
  public void close() throws IOException {
    watch.shutdownNow();
    threads.shutdown();
    delegate.close();
  }
}

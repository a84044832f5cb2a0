package io.forebay.fill;

import io.forebay.FileStatus;
import io.forebay.understore.KeyListing;
import io.forebay.understore.ListingPage;
import io.forebay.understore.UnderStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks a second time when the first byte takes longer than it does in 99 of 100 requests, and goes
 * on with the answer that comes first. At most one request in a hundred is asked twice.
 * Thread-safe.
 */
public final class HedgingUnderStore implements UnderStore {

  /** Fewer times say little of the 99th percentile. */
  private static final long SAMPLES = 200;

  /** Below this, waiting costs less than asking again. */
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final int ONE_IN = 100;

  private final GuardedUnderStore delegate;
  private volatile boolean enabled;
  private final ExecutorService threads;
  private final AtomicLong opened = new AtomicLong();
  private final AtomicLong hedged = new AtomicLong();

  /**
   * @param enabled whether to ask twice at all
   */
  public HedgingUnderStore(GuardedUnderStore delegate, boolean enabled) {
    this.delegate = delegate;
    this.enabled = enabled;
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "forebay-hedge");
              thread.setDaemon(true);
              return thread;
            });
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
    opened.incrementAndGet();
    if (!enabled || delegate.latencies().count() < SAMPLES) {
      return delegate.open(file, offset, length);
    }
    long patience = Math.max(LEAST_NANOS, delegate.latencies().quantile(0.99).toNanos());
    CompletableFuture<InputStream> first = ask(file, offset, length);
    try {
      return first.get(patience, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      if (hedged.get() * ONE_IN >= opened.get() || !delegate.hasRoom()) {
        return await(first);
      }
      hedged.incrementAndGet();
      return firstOf(first, ask(file, offset, length));
    } catch (ExecutionException e) {
      throw asIo(e);
    } catch (InterruptedException e) {
      first.thenAccept(HedgingUnderStore::closeQuietly);
      throw interrupted();
    }
  }

  private CompletableFuture<InputStream> ask(FileStatus file, long offset, long length) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return delegate.open(file, offset, length);
          } catch (IOException e) {
            throw new CompletionException(e);
          }
        },
        threads);
  }

  /** The first answer that is no failure; the other one is closed when it comes. */
  private static InputStream firstOf(
      CompletableFuture<InputStream> a, CompletableFuture<InputStream> b) throws IOException {
    CompletableFuture<InputStream> winner = new CompletableFuture<>();
    a.whenComplete((stream, failure) -> offer(winner, stream, failure, b));
    b.whenComplete((stream, failure) -> offer(winner, stream, failure, a));
    return await(winner);
  }

  private static void offer(
      CompletableFuture<InputStream> winner,
      InputStream stream,
      Throwable failure,
      CompletableFuture<InputStream> other) {
    if (failure == null) {
      if (!winner.complete(stream)) {
        closeQuietly(stream);
      }
    } else if (other.isCompletedExceptionally()) {
      winner.completeExceptionally(failure);
    }
  }

  private static InputStream await(CompletableFuture<InputStream> answer) throws IOException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw asIo(e);
    } catch (InterruptedException e) {
      answer.thenAccept(HedgingUnderStore::closeQuietly);
      throw interrupted();
    }
  }

  private static void closeQuietly(InputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // Nobody wants it.
    }
  }

  private static IOException asIo(ExecutionException e) {
    Throwable cause = e.getCause();
    if (cause instanceof CompletionException wrapped) {
      cause = wrapped.getCause();
    }
    return cause instanceof IOException io
        ? io
        : new IOException("the under-store failed: " + cause, cause);
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while waiting for the under-store");
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
    threads.shutdown();
    delegate.close();
  }
}

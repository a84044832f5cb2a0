package io.forebay.client;

import io.forebay.background.DaemonThreads;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for reads that nobody waits for at once: made when they are needed, gone after a minute
 * without work. Thread-safe.
 */
final class AsyncReads implements AutoCloseable {

  private final ThreadPoolExecutor threads;

  /**
   * @param most reads at a time
   */
  AsyncReads(int most) {
    threads =
        new ThreadPoolExecutor(
            most,
            most,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named("forebay-read"));
    threads.allowCoreThreadTimeOut(true);
  }

  <T> CompletableFuture<T> start(Callable<T> read) {
    CompletableFuture<T> future = new CompletableFuture<>();
    try {
      threads.execute(() -> run(read, future));
    } catch (RejectedExecutionException e) {
      future.completeExceptionally(new IOException("this Forebay was closed; open another one", e));
    }
    return future;
  }

  /** An Error fails the future, too: nobody else would hear of it. */
  private static <T> void run(Callable<T> read, CompletableFuture<T> future) {
    if (future.isDone()) {
      return; // it was cancelled
    }
    try {
      future.complete(read.call());
    } catch (Throwable e) {
      future.completeExceptionally(e);
    }
  }

  /** Reads that have not begun are still run, and told by the ladder that it was closed. */
  @Override
  public void close() {
    threads.shutdown();
  }
}

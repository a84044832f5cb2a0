package io.forebay.fill;

import io.forebay.background.LogContext;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that talk to one data set's under-store; no other data set waits behind them.
 * Prefetching has its own, so that a reader never queues behind it, and clients take turns. Idle
 * threads end.
 */
public final class FillThreads implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FillThreads.class);

  private final ThreadPoolExecutor demand;
  private final ThreadPoolExecutor ahead;
  private final ThreadPoolExecutor copying;
  private final Turns<Runnable> demanded = new Turns<>();
  private final Places direct;
  private volatile boolean closing;

  /**
   * @param dataSet whose they are
   * @param width requests at a time for readers that wait; prefetching has half as many, and so has
   *     copying from other nodes
   */
  public FillThreads(String dataSet, int width) {
    demand = pool(dataSet, "forebay-fill", width);
    direct = new Places(width);
    ahead = pool(dataSet, "forebay-prefetch", (width + 1) / 2);
    copying = pool(dataSet, "forebay-copy", (width + 1) / 2);
  }

  /** Uses another number of threads from now on. */
  public void resize(int width) {
    demand.setMaximumPoolSize(width);
    direct.resize(width);
    ahead.setMaximumPoolSize((width + 1) / 2);
    copying.setMaximumPoolSize((width + 1) / 2);
  }

  /** For readers that wait. Clients take turns. */
  void demand(Object client, Runnable task) {
    demanded.add(client, task);
    try {
      demand.execute(this::runNext);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      if (demanded.remove(client, task)) {
        throw e;
      }
      runNext(); // another thread has taken it, and with it the turn of what it came for
    }
  }

  private void runNext() {
    Runnable next = demanded.take();
    if (next != null) {
      next.run();
    }
  }

  /** For readers that fetch what they need themselves. */
  Places direct() {
    return direct;
  }

  Executor ahead() {
    return ahead;
  }

  Executor copying() {
    return copying;
  }

  int copiesWaiting() {
    return copying.getQueue().size();
  }

  /** Requests to the under-store that wait for their turn. */
  public int queued() {
    return demand.getQueue().size() + direct.waiting() + ahead.getQueue().size();
  }

  /**
   * What waits for a thread. A task goes to one that is idle; without one a new thread takes it,
   * and only when there are as many as may be it waits. The JDK's pools would begin a thread for
   * each task until all of them run, which takes longer than to wake one.
   */
  private static final class Waiting extends LinkedTransferQueue<Runnable> {

    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }

    static void add(Runnable task, ThreadPoolExecutor pool) {
      if (pool.isShutdown()) {
        throw new RejectedExecutionException("is closed");
      }
      Waiting queue = (Waiting) pool.getQueue();
      queue.put(task);
      // The pool may have been closed, or its last thread have ended, just before.
      if ((pool.isShutdown() || pool.getPoolSize() == 0) && queue.remove(task)) {
        pool.execute(task);
      }
    }
  }

  private static ThreadPoolExecutor pool(String dataSet, String name, int width) {
    AtomicInteger number = new AtomicInteger();
    ThreadFactory factory =
        task -> {
          Thread thread =
              new Thread(LogContext.carried(dataSet, task), name + "-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            0, width, 10, TimeUnit.SECONDS, new Waiting(), factory, Waiting::add);
    return pool;
  }

  @Override
  public void close() {
    closing = true;
    // Prefetching that has not begun is dropped. What runs is not interrupted, for an interrupt
    // closes a file channel under others; it notices by itself, at the latest at a time-out.
    copying.getQueue().clear();
    copying.shutdown();
    ahead.getQueue().clear();
    ahead.shutdown();
    demand.shutdown();
    try {
      if (!copying.awaitTermination(30, TimeUnit.SECONDS)
          || !ahead.awaitTermination(30, TimeUnit.SECONDS)
          || !demand.awaitTermination(30, TimeUnit.SECONDS)) {
        log.warn(
            "requests to the under-store still run after 30 s; closing without waiting for"
                + " them");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  boolean closing() {
    return closing;
  }
}

package io.forebay.wire;

import io.forebay.background.DaemonThreads;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Asks servers that are down, and closes idle connections, for all clients of this process. */
final class Probes {

  /** Each may wait for a connection that nobody accepts. */
  private static final int THREADS = 4;

  private static final ScheduledThreadPoolExecutor clock = start();

  private Probes() {}

  private static ScheduledThreadPoolExecutor start() {
    ScheduledThreadPoolExecutor threads =
        new ScheduledThreadPoolExecutor(THREADS, DaemonThreads.named("forebay-probe"));
    threads.setKeepAliveTime(1, TimeUnit.MINUTES);
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  static void after(long nanos, Runnable task) {
    clock.schedule(task, nanos, TimeUnit.NANOSECONDS);
  }
}

package io.forebay.wire;

import java.io.IOException;
import java.nio.channels.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Closes connections that have been silent for too long while an answer is due: a blocking channel
 * has no time-out of its own, but closing it wakes the thread that waits on it. One daemon thread
 * for all connections looks at them now and then; a request costs no more than two volatile writes.
 */
final class Watchdog {

  /**
   * How often it looks, of the shortest patience: a pool of idle connections is looked at, too, for
   * to wake the thread would cost each request more than all of the looks.
   */
  private static final long LOOKS = 20;

  private static final long SHORTEST_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long LONGEST_STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Set<Guard> guards = ConcurrentHashMap.newKeySet();
  private static final Thread thread = start();

  /** The watch over one connection. Its owner pats it whenever bytes have moved. */
  static final class Guard {

    private final Channel channel;
    private volatile long patienceNanos;
    private volatile boolean watching;
    private volatile long deadline;
    private volatile boolean expired;

    private Guard(Channel channel, long patienceNanos) {
      this.channel = channel;
      this.patienceNanos = patienceNanos;
    }

    /** An answer is due from now on. */
    void begin() {
      reset();
      watching = true;
    }

    void reset() {
      deadline = System.nanoTime() + patienceNanos;
    }

    /** Changes the patience, from the next {@link #reset} on. */
    void patience(long nanos) {
      patienceNanos = nanos;
    }

    /** Since the last {@link #reset}. */
    long silentNanos() {
      return System.nanoTime() - deadline + patienceNanos;
    }

    /** No answer is due any more. */
    void end() {
      watching = false;
    }

    /** Whether the watchdog closed the connection. */
    boolean expired() {
      return expired;
    }

    /** The connection is closed: forget it. */
    void dismiss() {
      guards.remove(this);
    }

    private void check(long now) {
      if (watching && now - deadline > 0) {
        expired = true;
        dismiss();
        try {
          channel.close();
        } catch (IOException e) {
          // It is of no more use either way.
        }
      }
    }
  }

  private Watchdog() {}

  static Guard watch(Channel channel, long patienceNanos) {
    Guard guard = new Guard(channel, patienceNanos);
    guards.add(guard);
    LockSupport.unpark(thread);
    return guard;
  }

  private static Thread start() {
    Thread dog = new Thread(Watchdog::run, "forebay-watchdog");
    dog.setDaemon(true);
    dog.start();
    return dog;
  }

  private static void run() {
    while (true) {
      LockSupport.parkNanos(stepNanos());
      long now = System.nanoTime();
      guards.forEach(guard -> guard.check(now));
    }
  }

  private static long stepNanos() {
    long step = LONGEST_STEP_NANOS;
    for (Guard guard : guards) {
      step = Math.min(step, guard.patienceNanos / LOOKS);
    }
    return Math.max(SHORTEST_STEP_NANOS, step);
  }
}

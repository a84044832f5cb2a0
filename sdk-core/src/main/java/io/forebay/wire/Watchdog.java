package io.forebay.wire;

import java.io.IOException;
import java.nio.channels.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Closes connections that have been silent for too long: a blocking channel has no time-out of its
 * own, but closing it wakes the thread that waits on it. One daemon thread for all.
 */
final class Watchdog {

  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final Set<Guard> guards = ConcurrentHashMap.newKeySet();
  private static final Thread thread = start();

  /** The watch over one connection. Its owner pats it whenever bytes have moved. */
  static final class Guard {

    private final Channel channel;
    private final long patienceNanos;
    private volatile long deadline;
    private volatile boolean expired;

    private Guard(Channel channel, long patienceNanos) {
      this.channel = channel;
      this.patienceNanos = patienceNanos;
    }

    /** Starts watching. */
    void begin() {
      pat();
      if (guards.add(this) && guards.size() == 1) {
        LockSupport.unpark(thread);
      }
    }

    void pat() {
      deadline = System.nanoTime() + patienceNanos;
    }

    /** Stops watching. */
    void end() {
      guards.remove(this);
    }

    /** Whether the watchdog closed the connection. */
    boolean expired() {
      return expired;
    }

    private void check(long now) {
      if (now - deadline > 0) {
        expired = true;
        guards.remove(this);
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
    return new Guard(channel, patienceNanos);
  }

  private static Thread start() {
    Thread dog = new Thread(Watchdog::run, "forebay-watchdog");
    dog.setDaemon(true);
    dog.start();
    return dog;
  }

  private static void run() {
    while (true) {
      if (guards.isEmpty()) {
        LockSupport.park();
      } else {
        LockSupport.parkNanos(STEP_NANOS);
      }
      long now = System.nanoTime();
      guards.forEach(guard -> guard.check(now));
    }
  }
}

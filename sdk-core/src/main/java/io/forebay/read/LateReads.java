package io.forebay.read;

import io.forebay.wire.PendingGet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at reads that are under way, and says of which the server has been silent for too long. One
 * daemon thread for all reads of the process looks at them every few milliseconds, and sleeps while
 * there are none: a timer for each read would cost more than most of them take.
 */
final class LateReads {

  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** Without a read for so long the thread sleeps. */
  private static final int IDLE_STEPS = 200;

  private static final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private static volatile boolean asleep;
  private static final Thread thread = start();

  private LateReads() {}

  /** A read that is looked at until it is closed, or was late. */
  static final class Watch implements AutoCloseable {

    private final PendingGet read;
    private final long longestNanos;
    private final Runnable late;

    private Watch(PendingGet read, long longestNanos, Runnable late) {
      this.read = read;
      this.longestNanos = longestNanos;
      this.late = late;
    }

    private void check() {
      if (read.silentNanos() > longestNanos && watches.remove(this)) {
        late.run();
      }
    }

    @Override
    public void close() {
      watches.remove(this);
    }
  }

  /**
   * @param longestNanos a longer silence of the server makes the read late
   * @param late is run once, if that happens; must return at once
   */
  static Watch watch(PendingGet read, long longestNanos, Runnable late) {
    Watch watch = new Watch(read, longestNanos, late);
    watches.add(watch);
    if (asleep) {
      LockSupport.unpark(thread);
    }
    return watch;
  }

  private static Thread start() {
    Thread looking = new Thread(LateReads::run, "forebay-late-reads");
    looking.setDaemon(true);
    looking.start();
    return looking;
  }

  private static void run() {
    int idle = 0;
    while (true) {
      idle = watches.isEmpty() ? idle + 1 : 0;
      if (idle < IDLE_STEPS) {
        LockSupport.parkNanos(STEP_NANOS);
      } else {
        asleep = true;
        if (watches.isEmpty()) { // else it came before it could see that this sleeps
          LockSupport.park();
        }
        asleep = false;
      }
      watches.forEach(Watch::check);
    }
  }
}

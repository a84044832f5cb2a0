package io.forebay.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory of answers that clients have not taken yet, over all connections: half of the direct
 * memory that the JVM may use. A connection may hold a sixteenth of what is left, or a single
 * frame. So the more there are that take nothing, the less does each next one hold. Thread-safe.
 */
final class SendMemory {

  static final long MOST_OF_ONE_BYTES = 16 << 20;

  /** A connection may hold such a part of what is left. */
  private static final int PART = 16;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final long capacity;
  private final long ofOne;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private long free;

  /** Those for which there was too little left. */
  private final Set<Share> shortOfMemory = new LinkedHashSet<>();

  SendMemory() {
    this(maxDirectBytes() / 2);
  }

  SendMemory(long bytes) {
    capacity = bytes;
    free = bytes;
    ofOne = Math.max(1, Math.min(MOST_OF_ONE_BYTES, bytes / PART));
  }

  /** The JVM's limit of direct memory, which is that of the heap if it is not set. */
  private static long maxDirectBytes() {
    long set =
        Long.parseLong(
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxDirectMemorySize")
                .getValue());
    return set > 0 ? set : Runtime.getRuntime().maxMemory();
  }

  long capacity() {
    return capacity;
  }

  /** Bytes that are held at present. */
  long taken() {
    lock.lock();
    try {
      return capacity - free;
    } finally {
      lock.unlock();
    }
  }

  /** The most bytes of one connection. */
  long ofOne() {
    return ofOne;
  }

  Share share() {
    return new Share();
  }

  /** The memory of one connection. Thread-safe. */
  final class Share {

    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private long held;

    /** Of what is held, what the client is to take next. */
    private long sending;

    private long movedNanos;
    private boolean closed;

    private Share() {}

    /** What is taken for so many bytes: an answer that is larger than all of it goes alone. */
    private long needed(long bytes) {
      return Math.min(ofOne, bytes);
    }

    private boolean fits(long bytes) {
      return held == 0 ? bytes <= free : held + bytes <= Math.min(ofOne, free / PART);
    }

    /** Whether so many bytes could be taken without waiting. */
    boolean hasRoom(long bytes) {
      lock.lock();
      try {
        return fits(needed(bytes));
      } finally {
        lock.unlock();
      }
    }

    /**
     * Takes memory without waiting.
     *
     * @return what to give back; negative when there is none
     */
    long tryTake(long bytes) {
      lock.lock();
      try {
        long needed = needed(bytes);
        if (!fits(needed)) {
          return -1;
        }
        held += needed;
        free -= needed;
        return needed;
      } finally {
        lock.unlock();
      }
    }

    /**
     * Takes memory, and waits for it as long as the client takes something of what it was sent.
     *
     * @return what to give back; negative when the client is gone, or takes nothing
     */
    long take(long bytes) throws InterruptedException {
      lock.lock();
      try {
        long needed = needed(bytes);
        while (!closed && !fits(needed)) {
          if (held == 0 || held + needed <= ofOne) {
            shortOfMemory.add(this);
          }
          long left =
              sending == 0 ? PATIENCE_NANOS : PATIENCE_NANOS - (System.nanoTime() - movedNanos);
          if (!changed.await(left, TimeUnit.NANOSECONDS) && takesNothing()) {
            return -1;
          }
        }
        if (closed) {
          return -1;
        }
        held += needed;
        free -= needed;
        return needed;
      } finally {
        lock.unlock();
      }
    }

    private boolean takesNothing() {
      return sending > 0 && System.nanoTime() - movedNanos >= PATIENCE_NANOS;
    }

    /** It is the client's turn to take what this was taken for. */
    void sent(long taken) {
      lock.lock();
      try {
        if (sending == 0) {
          movedNanos = System.nanoTime();
        }
        sending += taken;
      } finally {
        lock.unlock();
      }
    }

    /** The client has taken it, or is gone. */
    void received(long taken) {
      lock.lock();
      try {
        sending -= taken;
        movedNanos = System.nanoTime();
        giveBack(taken);
      } finally {
        lock.unlock();
      }
    }

    /** It is not needed after all. */
    void release(long taken) {
      lock.lock();
      try {
        giveBack(taken);
      } finally {
        lock.unlock();
      }
    }

    private void giveBack(long taken) {
      held -= taken;
      free += taken;
      changed.signalAll();
      shortOfMemory.forEach(share -> share.changed.signalAll());
      shortOfMemory.clear();
    }

    /** The connection is closed: nobody is to wait for it. */
    void close() {
      lock.lock();
      try {
        closed = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}

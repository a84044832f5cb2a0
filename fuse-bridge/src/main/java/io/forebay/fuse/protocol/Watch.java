package io.forebay.fuse.protocol;

import java.lang.foreign.MemorySegment;

/**
 * How to wait for the next request. A thread that sleeps takes longer to wake up than most requests
 * to answer, so as long as they come quickly it looks again and again. Used by one thread at a
 * time.
 */
final class Watch {

  /** About what it costs to wake up: looking for longer than that cannot pay. */
  private static final long LONGEST_NANOS = 50_000;

  /** The kernel takes as long as that to work through a listing before it asks for the rest. */
  private static final long EXPECTED_NANOS = 6 * LONGEST_NANOS;

  /** A long wait counts as no more than this, so that a few short ones outweigh it. */
  private static final long COUNTED_NANOS = 10 * LONGEST_NANOS;

  private static final int WEIGHT = 8;

  private static final int PAUSES = 20;

  /** Moving average of the latest waits. */
  private long usualNanos = COUNTED_NANOS;

  private boolean expected;

  /** The next request follows from the last reply. */
  void expect() {
    expected = true;
  }

  /** A request's bytes; the negated error number otherwise. */
  @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but speed
  int read(Device device, MemorySegment target) {
    long longest = expected ? EXPECTED_NANOS : usualNanos < LONGEST_NANOS ? LONGEST_NANOS : 0;
    expected = false;
    int n = device.tryRead(target);
    if (n >= 0) {
      took(0);
      return n;
    }
    long start = System.nanoTime();
    while (n < 0 && System.nanoTime() - start < longest) {
      pause();
      Thread.yield(); // to those who are to make the request
      n = device.tryRead(target);
    }
    if (n < 0) {
      n = device.read(target); // the mount may be at its end
      while (n == -Errno.EAGAIN) {
        device.await();
        n = device.read(target);
      }
    }
    took(Math.min(System.nanoTime() - start, COUNTED_NANOS));
    return n;
  }

  /** About a microsecond: who looks all the time takes from the other processor, too. */
  private static void pause() {
    for (int i = 0; i < PAUSES; i++) {
      Thread.onSpinWait();
    }
  }

  private void took(long nanos) {
    usualNanos += (nanos - usualNanos) / WEIGHT;
  }
}

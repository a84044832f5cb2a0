package io.forebay.samples.oss;

import java.util.concurrent.atomic.AtomicLong;

/** Hands out the times at which bytes may leave, so that a rate is kept. Thread-safe. */
final class Pacer {

  private final double nanosPerByte;
  private final AtomicLong free = new AtomicLong(System.nanoTime());

  /**
   * @param bytesPerSecond 0 for no limit
   */
  Pacer(long bytesPerSecond) {
    this.nanosPerByte = bytesPerSecond == 0 ? 0 : 1e9 / bytesPerSecond;
  }

  /** Books bytes and returns how long their sender must wait until they have passed, in ns. */
  long book(int bytes) {
    long now = System.nanoTime();
    long cost = (long) (bytes * nanosPerByte);
    // A line that was idle does not save up its time.
    long until = free.accumulateAndGet(cost, (last, c) -> Math.max(last, now) + c);
    return until - now;
  }
}

package io.forebay.limit;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/**
 * Bytes per second, with a burst of a tenth of a second. Who takes more than is there goes on after
 * the debt is paid, so that large steps need no splitting. Thread-safe.
 */
public final class RateLimit {

  private static final double BURST_SECONDS = 0.1;

  private double bytesPerSecond;
  private long paidUntil = Long.MIN_VALUE;

  /**
   * @param bytesPerSecond 0 for no limit
   */
  public RateLimit(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Keeps to another pace from now on; 0 for no limit. */
  public synchronized void set(long other) {
    bytesPerSecond = other;
    paidUntil = Long.MIN_VALUE;
  }

  /** Takes bytes, and waits until that is within the pace. */
  public void take(long bytes) throws InterruptedIOException {
    long wait = reserve(bytes, System.nanoTime());
    if (wait > 0) {
      try {
        TimeUnit.NANOSECONDS.sleep(wait);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for the rate limit");
      }
    }
  }

  /** How long to wait for these bytes, in nanoseconds. */
  synchronized long reserve(long bytes, long now) {
    if (bytesPerSecond == 0) {
      return 0;
    }
    long start = Math.max(paidUntil, now - (long) (BURST_SECONDS * 1e9));
    paidUntil = start + (long) (bytes / bytesPerSecond * 1e9);
    return paidUntil - now;
  }
}

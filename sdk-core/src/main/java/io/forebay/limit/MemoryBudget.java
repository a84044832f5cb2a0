package io.forebay.limit;

import java.io.InterruptedIOException;

/** Bounds the bytes that are held in memory at a time. Thread-safe. */
public final class MemoryBudget {

  private final long capacity;
  private long taken;

  /**
   * @param capacity in bytes; a single request for more is let through when it is alone
   */
  public MemoryBudget(long capacity) {
    if (capacity <= 0) {
      throw new IllegalArgumentException("a memory budget must be positive, got " + capacity);
    }
    this.capacity = capacity;
  }

  /** Takes bytes, and waits until others have given enough back. */
  public synchronized void take(long bytes) throws InterruptedIOException {
    try {
      while (taken > 0 && taken + bytes > capacity) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for memory");
    }
    taken += bytes;
  }

  public synchronized void giveBack(long bytes) {
    taken -= bytes;
    notifyAll();
  }

  /** Bytes that are held at present. */
  public synchronized long taken() {
    return taken;
  }
}

package io.forebay.limit;

import java.io.InterruptedIOException;
import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bounds the bytes that are held in memory at a time. Each share may hold three times as many as
 * are left. So one share has at most three quarters of the memory, and when it has them, another
 * one still gets some at once. Whole blocks are handed out again: a collector would have to clear,
 * and to move aside, each large array anew. Those that nobody holds are left to the collector when
 * memory is short. Thread-safe.
 */
public final class MemoryBudget {

  /** What a share may hold for each byte that is left. */
  private static final int OF_LEFT = 3;

  private final long capacity;
  private final int blockBytes;
  private final Deque<SoftReference<byte[]>> free = new ArrayDeque<>();
  private long taken;

  /**
   * @param capacity in bytes; a single request for more is let through when it is alone
   * @param blockBytes the length that is used again
   */
  public MemoryBudget(long capacity, int blockBytes) {
    if (capacity <= 0) {
      throw new IllegalArgumentException("a memory budget must be positive, got " + capacity);
    }
    this.capacity = capacity;
    this.blockBytes = blockBytes;
  }

  /** A part of the memory, as large as the others leave it. */
  public Share share() {
    return new Share();
  }

  /** The memory of one of those that share it. Thread-safe. */
  public final class Share {

    private long held; // guarded by the budget

    private Share() {}

    /** Takes memory, of any content, and waits until enough was given back. */
    public byte[] take(int length) throws InterruptedIOException {
      byte[] used = reserve(this, length);
      if (used != null) {
        return used;
      }
      try {
        return new byte[length];
      } catch (OutOfMemoryError e) {
        giveBack(this, length);
        throw e;
      }
    }

    /** Gives memory back; nobody may use it any more. */
    public void release(byte[] memory) {
      synchronized (MemoryBudget.this) {
        if (memory.length == blockBytes) {
          free.push(new SoftReference<>(memory));
        }
        giveBack(this, memory.length);
      }
    }
  }

  private synchronized byte[] reserve(Share share, int length) throws InterruptedIOException {
    try {
      while (!fits(share, length)) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for memory");
    }
    taken += length;
    share.held += length;
    byte[] used = null;
    while (used == null && length == blockBytes && !free.isEmpty()) {
      used = free.pop().get();
    }
    return used;
  }

  /** What is alone, and the first of a share, need not leave anything for others. */
  private boolean fits(Share share, int length) {
    long left = capacity - taken - length;
    return taken == 0 || (left >= 0 && (share.held == 0 || share.held + length <= OF_LEFT * left));
  }

  private synchronized void giveBack(Share share, int length) {
    taken -= length;
    share.held -= length;
    notifyAll();
  }

  /** Bytes that are held at present. */
  public synchronized long taken() {
    return taken;
  }
}

package io.forebay.limit;

import java.io.InterruptedIOException;
import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bounds the bytes that are held in memory at a time. Whole blocks are handed out again: a
 * collector would have to clear, and to move aside, each large array anew. Those that nobody holds
 * are left to the collector when memory is short. Thread-safe.
 */
public final class MemoryBudget {

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

  /** Takes memory, of any content, and waits until others have given enough back. */
  public byte[] take(int length) throws InterruptedIOException {
    byte[] used = reserve(length);
    if (used != null) {
      return used;
    }
    try {
      return new byte[length];
    } catch (OutOfMemoryError e) {
      release(length);
      throw e;
    }
  }

  private synchronized byte[] reserve(int length) throws InterruptedIOException {
    try {
      while (taken > 0 && taken + length > capacity) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for memory");
    }
    taken += length;
    byte[] used = null;
    while (used == null && length == blockBytes && !free.isEmpty()) {
      used = free.pop().get();
    }
    return used;
  }

  /** Gives memory back; nobody may use it any more. */
  public synchronized void release(byte[] memory) {
    if (memory.length == blockBytes) {
      free.push(new SoftReference<>(memory));
    }
    release(memory.length);
  }

  private synchronized void release(int length) {
    taken -= length;
    notifyAll();
  }

  /** Bytes that are held at present. */
  public synchronized long taken() {
    return taken;
  }
}

package io.forebay.fill;

import io.forebay.limit.MemoryBudget;
import io.forebay.store.BlockWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * One block on its way from the under-store: its bytes in memory, and the space in the store that
 * they also go to, unless they pass by it. Readers wait for just the bytes they want. The memory is
 * held until the block is in the store and the last reader is done. Thread-safe.
 */
final class Fill {

  private final String noun;
  private final int length;
  private final BlockWriter writer;
  private MemoryBudget.Share budget;
  private byte[] bytes;
  private int arrived;

  /** The least that somebody waits for: waking him before it is there only takes time. */
  private int leastWanted = Integer.MAX_VALUE;

  private boolean done;
  private IOException failure;
  private int holders = 1;

  /** Requests that want it and may still be withdrawn, and those that were not. */
  private int wanted;

  private ReadThrough.Run run;

  /**
   * @param length of the block, in bytes
   * @param writer null for a block that passes by the store
   */
  Fill(String noun, int length, BlockWriter writer) {
    this.noun = noun;
    this.length = length;
    this.writer = writer;
  }

  int length() {
    return length;
  }

  synchronized void wanted() {
    wanted++;
  }

  /** One that wanted it does not any more. If it waits here, it finds out. */
  synchronized void unwanted() {
    wanted--;
    notifyAll();
  }

  /** Whether nobody is left that wants it. */
  synchronized boolean isUnwanted() {
    return wanted == 0;
  }

  /** Waits to be fetched. */
  synchronized void queued(ReadThrough.Run by) {
    run = by;
  }

  /** Somebody waits for it, perhaps another client than that which had it fetched. */
  void hurry(Asker asker) {
    ReadThrough.Run waits;
    synchronized (this) {
      waits = run;
    }
    if (waits != null) {
      waits.hurry(asker);
    }
  }

  BlockWriter writer() {
    return writer;
  }

  boolean bypassesStore() {
    return writer == null;
  }

  /** Takes the memory; waits for it if need be. */
  byte[] begin(MemoryBudget.Share from) throws InterruptedIOException {
    byte[] memory = from.take(length);
    synchronized (this) {
      budget = from;
      bytes = memory;
    }
    return memory;
  }

  synchronized void arrived(int count) {
    arrived += count;
    if (arrived >= leastWanted) {
      leastWanted = Integer.MAX_VALUE; // those who want more say so again
      notifyAll();
    }
  }

  void done() {
    end(null);
  }

  void failed(IOException reason) {
    end(reason);
  }

  private void end(IOException reason) {
    synchronized (this) {
      failure = reason;
      done = true;
      notifyAll();
    }
    release();
  }

  /** Joins those who hold the memory; false when it is given back already. */
  synchronized boolean hold() {
    if (holders == 0) {
      return false;
    }
    holders++;
    return true;
  }

  synchronized void release() {
    if (--holders == 0 && budget != null) {
      budget.release(bytes);
      bytes = null;
    }
  }

  /**
   * Copies bytes of the block, after waiting for them.
   *
   * @param from offset in the block
   * @param asker who waits
   * @return false when the block turned out to be in the store
   * @throws UnwantedException when the asker, or all that wanted the block, are gone
   * @throws IOException the reason for which they never arrive
   */
  boolean copy(int from, ByteBuffer target, Asker asker, long timeoutNanos) throws IOException {
    byte[] source = await(from + target.remaining(), asker, timeoutNanos);
    if (source == null) {
      return false;
    }
    target.put(source, from, target.remaining());
    return true;
  }

  /** Null when the fill ended without fetching anything. */
  private synchronized byte[] await(int end, Asker asker, long timeoutNanos) throws IOException {
    long deadline = System.nanoTime() + timeoutNanos;
    while (arrived < end && !done) {
      if (asker.hasWithdrawn()) {
        throw new UnwantedException(noun);
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new IOException(
            noun
                + ": "
                + arrived
                + " of "
                + end
                + " bytes arrived in "
                + TimeUnit.NANOSECONDS.toSeconds(timeoutNanos)
                + " s");
      }
      leastWanted = Math.min(leastWanted, end);
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for " + noun);
      }
    }
    if (failure != null && arrived < end) {
      throw failure;
    }
    return bytes;
  }
}

package io.forebay.node;

import io.forebay.file.FileId;
import io.forebay.spec.LocalCopy;

/**
 * Decides which files of other nodes are worth a copy, and remembers for that which ones were read
 * on this node: by a bit each, so that some files, one in four at the most, count as read before
 * that were not. Thread-safe.
 */
final class LocalCopies {

  /** 1 MiB: enough for two million files. */
  private static final int BITS = 1 << 23;

  private static final int FULL = BITS / 4;

  private long[] read;
  private int count;

  /**
   * @param again whether it is known that the file will be read again
   */
  boolean isWorthIt(LocalCopy which, FileId id, boolean again) {
    return switch (which) {
      case NONE -> false;
      case HOT -> again || wasReadBefore(id);
      case ALL -> true;
    };
  }

  /** And remembers that it is now. */
  private synchronized boolean wasReadBefore(FileId id) {
    if (read == null || count == FULL) {
      read = new long[BITS / Long.SIZE];
      count = 0;
    }
    int bit = (int) id.low() & (BITS - 1); // FileIds are hashes
    long mask = 1L << bit;
    boolean before = (read[bit / Long.SIZE] & mask) != 0;
    if (!before) {
      read[bit / Long.SIZE] |= mask;
      count++;
    }
    return before;
  }
}

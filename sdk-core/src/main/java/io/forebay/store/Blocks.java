package io.forebay.store;

/**
 * How a file is cut into blocks; the last one may be short, and an empty file has none.
 *
 * @param length of the file in bytes
 * @param blockBytes size of a block
 */
public record Blocks(long length, int blockBytes) {

  /** The unit in which file systems allocate. */
  static final int PAGE = 4096;

  public int count() {
    return Math.toIntExact((length + blockBytes - 1) / blockBytes);
  }

  /** The block that a byte lies in. */
  public int at(long position) {
    return (int) (position / blockBytes);
  }

  /** Position of a block's first byte. */
  public long start(int block) {
    return (long) block * blockBytes;
  }

  /** Bytes in a block. */
  public int length(int block) {
    return (int) Math.min(blockBytes, length - start(block));
  }

  /** Bytes that a block takes on disk, which is what quotas count. */
  public int allocated(int block) {
    return (length(block) + PAGE - 1) / PAGE * PAGE;
  }
}

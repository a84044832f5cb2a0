package io.forebay.fill;

/**
 * Settings of filling, for a whole node.
 *
 * @param memoryBytes the most bytes of blocks that are on their way; a quarter of it is for
 *     prefetching
 * @param readAheadBytes how far ahead of a sequential reader to fetch at most
 */
public record FillOptions(long memoryBytes, long readAheadBytes) {

  public static final FillOptions DEFAULT = new FillOptions(256 << 20, 96 << 20);

  private static final long LEAST_BYTES = 1 << 20;

  public FillOptions {
    if (memoryBytes < LEAST_BYTES) {
      throw new IllegalArgumentException(
          "fills need at least 1 MiB of memory, got " + memoryBytes + " bytes");
    }
    if (readAheadBytes < 0) {
      throw new IllegalArgumentException("read-ahead must not be negative, got " + readAheadBytes);
    }
  }

  /**
   * The same, with no more memory than half of a heap.
   *
   * @param heapBytes what the heap may grow to
   */
  public FillOptions within(long heapBytes) {
    long most = Math.max(LEAST_BYTES, heapBytes / 2);
    return memoryBytes <= most ? this : new FillOptions(most, readAheadBytes);
  }
}

package io.forebay.store;

import java.nio.file.Path;

/**
 * Settings of a node's store.
 *
 * @param directory the tier's directory, owned by one process at a time
 * @param quotaBytes the most bytes of file content it may hold
 * @param blockBytes size of a block: the unit of fetch, validity and checksum
 */
public record StoreOptions(Path directory, long quotaBytes, int blockBytes) {

  public static final int DEFAULT_BLOCK_BYTES = 4 << 20;

  public StoreOptions {
    if (quotaBytes < 0) {
      throw new IllegalArgumentException("quota must not be negative, got " + quotaBytes);
    }
    if (blockBytes < 4096) {
      throw new IllegalArgumentException("a block has at least 4096 bytes, got " + blockBytes);
    }
  }
}

package io.forebay.node;

import io.forebay.store.StoreOptions;
import java.nio.file.Path;

/**
 * Settings of a node's cache.
 *
 * @param directory holds lock, maps and {@code node.properties}
 * @param tier where resident files are kept
 * @param quotaBytes the most bytes of file content to keep
 * @param blockBytes size of a block
 * @param demandWidth requests to the under-stores at a time for readers that wait
 * @param prefetchWidth requests to the under-stores at a time for prefetching
 */
public record NodeOptions(
    Path directory,
    Path tier,
    long quotaBytes,
    int blockBytes,
    int demandWidth,
    int prefetchWidth) {

  /** A cache in one directory with the usual block size and widths. */
  public static NodeOptions of(Path directory, long quotaBytes) {
    return new NodeOptions(
        directory, directory.resolve("tier"), quotaBytes, StoreOptions.DEFAULT_BLOCK_BYTES, 64, 32);
  }

  StoreOptions store() {
    return new StoreOptions(tier, quotaBytes, blockBytes);
  }
}

package io.forebay.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Settings of a node's store.
 *
 * @param tiers fastest first
 * @param blockBytes size of a block: the unit of fetch, validity and checksum; a multiple of 4096
 * @param moveBytesPerSecond what moving files between tiers may read, so that readers do not notice
 * @param scrubBytesPerSecond what the background check of resident blocks may read; 0 for no scrub
 * @param idleAfter a data set that nobody read for so long gives way to those that are read
 */
public record StoreOptions(
    List<TierOptions> tiers,
    int blockBytes,
    long moveBytesPerSecond,
    long scrubBytesPerSecond,
    Duration idleAfter) {

  public static final int DEFAULT_BLOCK_BYTES = 4 << 20;
  public static final long DEFAULT_MOVE_BYTES_PER_SECOND = 200_000_000;
  public static final long DEFAULT_SCRUB_BYTES_PER_SECOND = 20_000_000;
  public static final Duration DEFAULT_IDLE_AFTER = Duration.ofHours(1);

  public StoreOptions {
    tiers = List.copyOf(tiers);
    if (tiers.isEmpty()) {
      throw new IllegalArgumentException("a store needs at least one tier");
    }
    if (blockBytes < Blocks.PAGE || blockBytes % Blocks.PAGE != 0) {
      throw new IllegalArgumentException(
          "the block size must be a multiple of " + Blocks.PAGE + " bytes, got " + blockBytes);
    }
    Set<Path> seen = new HashSet<>();
    for (TierOptions tier : tiers) {
      for (TierOptions.Directory directory : tier.directories()) {
        if (!seen.add(directory.path().toAbsolutePath().normalize())) {
          throw new IllegalArgumentException("two tiers share the directory " + directory.path());
        }
      }
    }
    if (seen.size() > Byte.MAX_VALUE) {
      throw new IllegalArgumentException("a store has at most 127 directories, got " + seen.size());
    }
  }

  /** One SSD tier in one directory, with the usual settings. */
  public static StoreOptions of(Path directory, long quotaBytes) {
    return of(List.of(TierOptions.of(Medium.SSD, directory, quotaBytes)), DEFAULT_BLOCK_BYTES);
  }

  /** The usual settings beside tiers and block size. */
  public static StoreOptions of(List<TierOptions> tiers, int blockBytes) {
    return new StoreOptions(
        tiers,
        blockBytes,
        DEFAULT_MOVE_BYTES_PER_SECOND,
        DEFAULT_SCRUB_BYTES_PER_SECOND,
        DEFAULT_IDLE_AFTER);
  }

  public StoreOptions withTiers(List<TierOptions> others) {
    return new StoreOptions(others, blockBytes, moveBytesPerSecond, scrubBytesPerSecond, idleAfter);
  }
}

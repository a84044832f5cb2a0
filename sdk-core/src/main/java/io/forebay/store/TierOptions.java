package io.forebay.store;

import java.nio.file.Path;
import java.util.List;

/**
 * One level of a node's store, as in Fluid's {@code tieredstore.levels}.
 *
 * @param medium for reports; the order of tiers, not their medium, says which is faster
 * @param directories where its files are, each with a quota of its own
 * @param high share of the quota above which the coldest files leave in the background
 * @param low share of the quota at which they stop leaving
 */
public record TierOptions(Medium medium, List<Directory> directories, double high, double low) {

  public static final double DEFAULT_HIGH = 0.99;
  public static final double DEFAULT_LOW = 0.97;

  /**
   * A directory of a tier.
   *
   * @param path owned by one process at a time
   * @param quotaBytes the most bytes on disk that its resident files may take
   */
  public record Directory(Path path, long quotaBytes) {

    public Directory {
      if (quotaBytes < 0) {
        throw new IllegalArgumentException(
            "the quota of " + path + " must not be negative, got " + quotaBytes);
      }
    }
  }

  public TierOptions {
    directories = List.copyOf(directories);
    if (directories.isEmpty()) {
      throw new IllegalArgumentException("a tier must have at least one directory");
    }
    if (!(low > 0 && low <= high && high <= 1)) {
      throw new IllegalArgumentException(
          "water marks must be 0 < low <= high <= 1, got low " + low + " and high " + high);
    }
  }

  /** A tier in one directory with the usual water marks. */
  public static TierOptions of(Medium medium, Path path, long quotaBytes) {
    return new TierOptions(
        medium, List.of(new Directory(path, quotaBytes)), DEFAULT_HIGH, DEFAULT_LOW);
  }

  long quotaBytes() {
    return directories.stream().mapToLong(Directory::quotaBytes).sum();
  }
}

package io.forebay.store;

import java.nio.file.Path;
import java.util.List;

/**
 * A store at one moment; counts since it was opened.
 *
 * @param directories by their number, the fastest tier first
 * @param usages of the data sets
 * @param files with at least one block
 * @param movedUp files that moved to a faster tier
 * @param movedDown files that moved to a slower tier
 * @param expired files that reached their time to live
 * @param corruptBlocks blocks that differed from their checksum
 * @param scrubbedBlocks blocks that the background check read
 */
public record StoreStatus(
    List<DirectoryStatus> directories,
    List<DataSetUsageStatus> usages,
    long files,
    long movedUp,
    long movedDown,
    long expired,
    long corruptBlocks,
    long scrubbedBlocks) {

  /**
   * A directory of a tier.
   *
   * @param tier 0 for the fastest
   * @param state what its disk can do
   * @param trouble what went wrong last; empty while it is healthy
   */
  public record DirectoryStatus(
      int tier,
      Medium medium,
      Path path,
      long quotaBytes,
      long usedBytes,
      DiskState state,
      String trouble) {}
}

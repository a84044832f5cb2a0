package io.forebay.server.admin;

import java.util.List;

/**
 * What {@code GET /status} answers, as JSON.
 *
 * @param name the server's among the members
 * @param uptimeSeconds since its start
 * @param ready whether it is all there
 * @param files resident on the node
 * @param corruptBlocks blocks found to be bad since the start
 */
public record StatusReport(
    String name,
    long uptimeSeconds,
    boolean ready,
    long files,
    long corruptBlocks,
    List<Tier> tiers,
    List<DataSet> dataSets) {

  /**
   * A directory of a tier.
   *
   * @param level 0 for the fastest
   * @param usedPercent of the quota
   * @param state HEALTHY, FULL, READ_ONLY or FAILED
   * @param trouble what went wrong last; empty while it is healthy
   */
  public record Tier(
      int level,
      String medium,
      String path,
      long quotaBytes,
      long usedBytes,
      double usedPercent,
      String state,
      String trouble) {}

  /**
   * A data set.
   *
   * @param phase in Fluid's words: Bound, or NotBound for what is not served any more
   * @param ufsTotal bytes in the under-store, by the snapshot in use; null without one
   * @param fileNum files, likewise
   * @param listedAt when that snapshot's listing began
   * @param cachedPercentage of ufsTotal; null without a snapshot
   * @param cacheCapacity bytes that it may have here
   * @param retention keep or frequency
   * @param hitPercent of the bytes read since the start
   * @param bytesPerSecond read lately, from wherever
   * @param pins pinned paths; empty for all of it
   */
  public record DataSet(
      String name,
      long files,
      long cachedBytes,
      String phase,
      Long ufsTotal,
      Long fileNum,
      String listedAt,
      Double cachedPercentage,
      long cacheCapacity,
      long guaranteedBytes,
      String retention,
      double hitPercent,
      double bytesPerSecond,
      long underStoreBytes,
      long underStoreFailures,
      List<String> pins) {}
}

package io.forebay.server.admin;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * What {@code GET /status} answers, as JSON.
 *
 * @param name the server's among the members
 * @param uptimeSeconds since its start
 * @param ready whether it is all there
 * @param draining whether it owns nothing any more, and gives away what it has
 * @param troubles what does not work in the background, each with its reason
 * @param warnings settings that an operator should not forget
 * @param files resident on the node
 * @param mapsBytes what the maps of names take on disk, beside the quotas
 * @param corruptBlocks blocks found to be bad since the start
 */
public record StatusReport(
    String name,
    long uptimeSeconds,
    boolean ready,
    boolean draining,
    List<String> troubles,
    List<String> warnings,
    long files,
    long mapsBytes,
    long corruptBlocks,
    List<Tier> tiers,
    List<DataSet> dataSets,
    List<Reference> references) {

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
   * Another name for a data set, or for a directory of it.
   *
   * @param directory empty for all of the data set
   * @param phase Bound when that data set is served here, else NotBound
   */
  public record Reference(String name, String dataSet, String directory, String phase) {}

  /**
   * A data set.
   *
   * @param phase in Fluid's words: Pending until the under-store was asked, Bound when it answered
   *     last, Failed when it did not, NotBound for what is not served any more; and Suspended
   * @param reason why it is not Bound, or what is odd about it; empty for nothing
   * @param since when the under-store began to answer, or not to; null for what is not served
   * @param ufsTotal bytes in the under-store, by the snapshot in use; null without one
   * @param fileNum files, likewise
   * @param listedAt when that snapshot's listing began
   * @param unreadable entries that the snapshot lacks because they could not be read; null without
   *     one
   * @param listingProblem why the last listing was not taken into use; empty if it was
   * @param cached bytes on this node
   * @param copied of them, of files that other nodes own
   * @param cachedPercentage of ufsTotal; null without a snapshot
   * @param cacheCapacity bytes that it may have here
   * @param retention keep or frequency
   * @param cacheHitRatio of the bytes read since the start, those that were cached; 0 to 1
   * @param localHitRatio likewise, those that were cached on the node that read them
   * @param throughput bytes per second read lately, from wherever
   * @param pins pinned paths; empty for all of it
   */
  public record DataSet(
      String name,
      long files,
      long cached,
      long copied,
      String phase,
      String reason,
      String since,
      Long ufsTotal,
      Long fileNum,
      String listedAt,
      Long unreadable,
      String listingProblem,
      Double cachedPercentage,
      long cacheCapacity,
      long guaranteedBytes,
      String retention,
      double cacheHitRatio,
      double localHitRatio,
      double throughput,
      long underStoreBytes,
      long underStoreFailures,
      List<String> pins) {

    /** Whether its under-store does not answer. */
    @JsonIgnore
    public boolean isFailed() {
      return phase.equals("Failed");
    }
  }
}

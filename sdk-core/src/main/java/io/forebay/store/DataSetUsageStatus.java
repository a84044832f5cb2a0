package io.forebay.store;

import java.util.List;

/**
 * A data set's part of the store at one moment; counts since the store was opened.
 *
 * @param name empty for files of a data set that is not served any more
 * @param usedBytes on disk, with what is being written
 * @param copyBytes of them, of files that other nodes own
 * @param files with at least one block
 * @param guaranteedBytes what others cannot take
 * @param maxBytes what it cannot exceed
 * @param retention how its files are kept at present
 * @param pins pinned paths; empty for all
 * @param hits reads answered, by tier
 * @param hitBytes bytes of them, by tier
 * @param localHitBytes bytes of them that processes of this node read
 * @param misses reads that had to be fetched
 * @param missBytes bytes of them
 * @param bypassed blocks for which there was no room
 * @param evictions files that left to make room
 * @param evictedBytes what that freed
 */
public record DataSetUsageStatus(
    String name,
    long usedBytes,
    long copyBytes,
    long files,
    long guaranteedBytes,
    long maxBytes,
    String retention,
    List<String> pins,
    List<Long> hits,
    List<Long> hitBytes,
    long localHitBytes,
    long misses,
    long missBytes,
    long bypassed,
    long evictions,
    long evictedBytes) {

  /** Share of the read bytes that were resident, 0 to 1; 0 before the first read. */
  public double hitRatio() {
    return ratio(hitBytes.stream().mapToLong(Long::longValue).sum());
  }

  /** Share of the read bytes that were resident on the reader's own node, 0 to 1. */
  public double localHitRatio() {
    return ratio(localHitBytes);
  }

  private double ratio(long part) {
    double all = hitBytes.stream().mapToLong(Long::longValue).sum() + missBytes;
    return all == 0 ? 0 : part / all;
  }
}

package io.forebay.cluster;

import java.util.List;

/**
 * What a reader has seen.
 *
 * @param reads that returned bytes
 * @param underStoreReads those of them that no server answered
 * @param wrong reads that returned other bytes than the file's
 * @param failed reads that threw
 * @param longestMillis the longest read, those under way included
 * @param error of the first read that was wrong or failed; empty if none was
 */
record Report(
    long reads, long underStoreReads, long wrong, long failed, long longestMillis, String error) {

  /** Reads that are over, well or not. */
  long ended() {
    return reads + failed;
  }

  /** The inverse of {@link #toLine}. */
  static Report parse(String line) {
    List<String> parts = List.of(line.split("\t", 6));
    return new Report(
        Long.parseLong(parts.get(0)),
        Long.parseLong(parts.get(1)),
        Long.parseLong(parts.get(2)),
        Long.parseLong(parts.get(3)),
        Long.parseLong(parts.get(4)),
        parts.get(5));
  }

  String toLine() {
    return String.join(
        "\t",
        String.valueOf(reads),
        String.valueOf(underStoreReads),
        String.valueOf(wrong),
        String.valueOf(failed),
        String.valueOf(longestMillis),
        error.replaceAll("\\s+", " "));
  }
}

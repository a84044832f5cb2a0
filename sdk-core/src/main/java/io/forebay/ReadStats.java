package io.forebay;

import java.util.EnumMap;
import java.util.Map;

/**
 * Where the bytes that were read came from, since a {@link Forebay} was opened.
 *
 * @param reads how many reads each origin answered; of a read of many files, each file counts
 * @param bytes how many bytes came from each
 */
public record ReadStats(Map<Origin, Long> reads, Map<Origin, Long> bytes) {

  public ReadStats {
    reads = Map.copyOf(reads);
    bytes = Map.copyOf(bytes);
  }

  public long reads(Origin origin) {
    return reads.getOrDefault(origin, 0L);
  }

  public long totalReads() {
    return reads.values().stream().mapToLong(Long::longValue).sum();
  }

  /** What happened between an earlier count and this one. */
  public ReadStats since(ReadStats earlier) {
    return new ReadStats(difference(reads, earlier.reads), difference(bytes, earlier.bytes));
  }

  private static Map<Origin, Long> difference(Map<Origin, Long> a, Map<Origin, Long> b) {
    Map<Origin, Long> result = new EnumMap<>(Origin.class);
    a.forEach((origin, n) -> result.put(origin, n - b.getOrDefault(origin, 0L)));
    return result;
  }
}

package io.forebay;

import java.util.HashMap;
import java.util.Map;

/**
 * Where the bytes that were read came from, since a {@link Forebay} was opened.
 *
 * @param reads how many reads each origin answered; of a read of many files, each file counts
 * @param bytes how many bytes came from each
 * @param detours how many of the bytes came from elsewhere than they were to, and why
 */
public record ReadStats(
    Map<Origin, Long> reads, Map<Origin, Long> bytes, Map<Detour, Long> detours) {

  public ReadStats {
    reads = Map.copyOf(reads);
    bytes = Map.copyOf(bytes);
    detours = Map.copyOf(detours);
  }

  public long reads(Origin origin) {
    return reads.getOrDefault(origin, 0L);
  }

  public long totalReads() {
    return reads.values().stream().mapToLong(Long::longValue).sum();
  }

  /** What happened between an earlier count and this one. */
  public ReadStats since(ReadStats earlier) {
    return new ReadStats(
        difference(reads, earlier.reads),
        difference(bytes, earlier.bytes),
        difference(detours, earlier.detours));
  }

  private static <K> Map<K, Long> difference(Map<K, Long> a, Map<K, Long> b) {
    Map<K, Long> result = new HashMap<>();
    a.forEach((key, n) -> result.put(key, n - b.getOrDefault(key, 0L)));
    return result;
  }
}

package io.forebay.read;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts reads and bytes by origin. Thread-safe. */
public final class ReadStats {

  private final Map<Origin, LongAdder> reads = adders();
  private final Map<Origin, LongAdder> bytes = adders();

  /**
   * The counts of one moment.
   *
   * @param reads how many reads, or files of a read of many, each origin answered
   * @param bytes how many bytes
   */
  public record Counts(Map<Origin, Long> reads, Map<Origin, Long> bytes) {

    public long reads(Origin origin) {
      return reads.get(origin);
    }

    public long totalReads() {
      return reads.values().stream().mapToLong(Long::longValue).sum();
    }

    /** What happened between an earlier count and this one. */
    public Counts since(Counts earlier) {
      return new Counts(difference(reads, earlier.reads), difference(bytes, earlier.bytes));
    }

    private static Map<Origin, Long> difference(Map<Origin, Long> a, Map<Origin, Long> b) {
      Map<Origin, Long> result = new EnumMap<>(Origin.class);
      a.forEach((origin, n) -> result.put(origin, n - b.get(origin)));
      return result;
    }
  }

  public Counts counts() {
    return new Counts(sums(reads), sums(bytes));
  }

  void count(Origin origin, long length) {
    reads.get(origin).increment();
    bytes.get(origin).add(length);
  }

  private static Map<Origin, LongAdder> adders() {
    Map<Origin, LongAdder> adders = new EnumMap<>(Origin.class);
    for (Origin origin : Origin.values()) {
      adders.put(origin, new LongAdder());
    }
    return adders;
  }

  private static Map<Origin, Long> sums(Map<Origin, LongAdder> adders) {
    Map<Origin, Long> sums = new EnumMap<>(Origin.class);
    adders.forEach((origin, n) -> sums.put(origin, n.sum()));
    return sums;
  }
}

package io.forebay.read;

import io.forebay.Origin;
import io.forebay.ReadStats;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts reads and bytes by origin. Thread-safe. */
public final class ReadCounters {

  private final Map<Origin, LongAdder> reads = adders();
  private final Map<Origin, LongAdder> bytes = adders();

  public ReadStats counts() {
    return new ReadStats(sums(reads), sums(bytes));
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

package io.forebay.read;

import io.forebay.Detour;
import io.forebay.Origin;
import io.forebay.ReadStats;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts reads and bytes by origin, and bytes by detour. Thread-safe. */
public final class ReadCounters {

  private final Map<Origin, LongAdder> reads = adders(Origin.class);
  private final Map<Origin, LongAdder> bytes = adders(Origin.class);
  private final Map<Detour, LongAdder> detours = adders(Detour.class);

  public ReadStats counts() {
    return new ReadStats(sums(reads), sums(bytes), sums(detours));
  }

  void count(Served served, long length) {
    reads.get(served.origin()).increment();
    bytes.get(served.origin()).add(length);
    served.detour().ifPresent(detour -> detours.get(detour).add(length));
  }

  private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
    Map<E, LongAdder> adders = new EnumMap<>(type);
    for (E each : type.getEnumConstants()) {
      adders.put(each, new LongAdder());
    }
    return adders;
  }

  private static <E extends Enum<E>> Map<E, Long> sums(Map<E, LongAdder> adders) {
    Map<E, Long> sums = new HashMap<>();
    adders.forEach((each, n) -> sums.put(each, n.sum()));
    return sums;
  }
}

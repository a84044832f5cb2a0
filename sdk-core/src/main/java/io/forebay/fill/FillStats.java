package io.forebay.fill;

import java.util.concurrent.atomic.LongAdder;

/** What misses cost, counted since the start. Thread-safe. */
public final class FillStats {

  private final LongAdder fills = new LongAdder();
  private final LongAdder filledBytes = new LongAdder();
  private final LongAdder bypassedBytes = new LongAdder();

  /**
   * The counts of one moment.
   *
   * @param fills blocks fetched into the store
   * @param filledBytes bytes of those blocks
   * @param bypassedBytes bytes handed through because the store was full or failing
   */
  public record Counts(long fills, long filledBytes, long bypassedBytes) {}

  public Counts counts() {
    return new Counts(fills.sum(), filledBytes.sum(), bypassedBytes.sum());
  }

  void filled(int bytes) {
    fills.increment();
    filledBytes.add(bytes);
  }

  void bypassed(int bytes) {
    bypassedBytes.add(bytes);
  }
}

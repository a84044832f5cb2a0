package io.forebay.limit;

import java.time.Duration;

/**
 * How long things took lately, in buckets that are a fifth wider each than the one before; older
 * times count half each time so many new ones have come. Thread-safe.
 */
public final class Latencies {

  private static final double FIRST_NANOS = 10_000;
  private static final double GROWTH = 1.2;
  private static final int BUCKETS = 100; // up to about 13 minutes
  private static final long HALVE_AFTER = 5_000;

  private final long[] counts = new long[BUCKETS];
  private long total;

  public synchronized void add(long nanos) {
    int bucket = (int) Math.ceil(Math.log(Math.max(1, nanos / FIRST_NANOS)) / Math.log(GROWTH));
    counts[Math.min(BUCKETS - 1, bucket)]++;
    if (++total >= HALVE_AFTER) {
      total = 0;
      for (int i = 0; i < BUCKETS; i++) {
        counts[i] /= 2;
        total += counts[i];
      }
    }
  }

  /** How many are known. */
  public synchronized long count() {
    return total;
  }

  /** An upper bound of the quantile; zero before the first. */
  public synchronized Duration quantile(double quantile) {
    long rank = (long) Math.ceil(quantile * total);
    long seen = 0;
    for (int i = 0; i < BUCKETS && total > 0; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Duration.ofNanos((long) (FIRST_NANOS * Math.pow(GROWTH, i)));
      }
    }
    return Duration.ZERO;
  }
}

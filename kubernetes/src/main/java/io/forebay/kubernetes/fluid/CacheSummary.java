package io.forebay.kubernetes.fluid;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;

/**
 * What Fluid shows of a data set: all are optional, and shown as they are, so they have the form
 * that other runtimes have there, such as {@code 1.50GiB} and {@code 37.5%}.
 *
 * @param cachedPercentage null while it is not known how large the data set is
 * @param cacheHitRatio null before the first read
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CacheSummary(
    String cached, String cachedPercentage, String cacheCapacity, String cacheHitRatio) {

  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB");

  /** Of all workers together. */
  static CacheSummary of(List<WorkerFigures> workers) {
    long cached = workers.stream().mapToLong(WorkerFigures::cachedBytes).sum();
    long copied = workers.stream().mapToLong(WorkerFigures::copiedBytes).sum();
    long capacity = workers.stream().mapToLong(WorkerFigures::capacityBytes).sum();
    long hits = workers.stream().mapToLong(WorkerFigures::hitBytes).sum();
    long read = hits + workers.stream().mapToLong(WorkerFigures::missBytes).sum();
    long total = workers.stream().mapToLong(WorkerFigures::underStoreBytes).max().orElse(-1);
    return new CacheSummary(
        size(cached),
        // A copy of what another worker has makes no more of the data set cached.
        total < 0
            ? null
            : percent(total == 0 ? 1 : Math.min(1, (double) (cached - copied) / total)),
        size(capacity),
        read == 0 ? null : percent((double) hits / read));
  }

  static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.size() - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.2f%s", value, UNITS.get(unit));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }
}

package io.forebay.server.admin;

import io.forebay.store.DataSetUsageStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Bytes per second of each data set, over the last few seconds. Thread-safe. */
final class Throughput {

  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(2);

  private record Sample(long nanos, long bytes, double rate) {}

  private final Map<String, Sample> samples = new ConcurrentHashMap<>();

  /** Notes how much was read so far. */
  void sample(List<DataSetUsageStatus> usages) {
    long now = System.nanoTime();
    for (DataSetUsageStatus usage : usages) {
      long bytes = usage.missBytes() + usage.hitBytes().stream().mapToLong(Long::longValue).sum();
      samples.merge(
          usage.name(),
          new Sample(now, bytes, 0),
          (before, fresh) ->
              now - before.nanos < INTERVAL_NANOS
                  ? before
                  : new Sample(now, bytes, (bytes - before.bytes) * 1e9 / (now - before.nanos)));
    }
  }

  double of(String dataSet) {
    Sample sample = samples.get(dataSet);
    return sample == null ? 0 : sample.rate;
  }
}

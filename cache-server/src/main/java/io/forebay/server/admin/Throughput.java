package io.forebay.server.admin;

import io.forebay.store.ShareStatus;
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
  void sample(List<ShareStatus> shares) {
    long now = System.nanoTime();
    for (ShareStatus share : shares) {
      long bytes = share.missBytes() + share.hitBytes().stream().mapToLong(Long::longValue).sum();
      samples.merge(
          share.name(),
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

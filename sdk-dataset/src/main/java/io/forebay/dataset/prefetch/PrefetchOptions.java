package io.forebay.dataset.prefetch;

import io.forebay.config.DataSize;
import java.time.Duration;

/**
 * How far ahead of a trainer files are fetched, and its reads announced.
 *
 * @param bytes the most that is fetched and not read yet
 * @param time how long the trainer could go on if fetching stopped, at the speed it has; at least
 *     one second's worth is a good choice where the under-store has slow moments
 * @param lookAhead reads that are announced to the cache, as a share of an epoch: several jobs on
 *     one data set gain by it, up to one epoch
 */
public record PrefetchOptions(DataSize bytes, Duration time, double lookAhead) {

  /** 256 MiB, two seconds, one epoch. */
  public static final PrefetchOptions DEFAULT =
      new PrefetchOptions(new DataSize(256L << 20), Duration.ofSeconds(2), 1);

  public PrefetchOptions {
    if (bytes.bytes() < 0 || time.isNegative() || lookAhead < 0 || lookAhead > 1) {
      throw new IllegalArgumentException(
          "bytes %s, time %s, look-ahead %s: use values of at least 0, look-ahead at most 1"
              .formatted(bytes, time, lookAhead));
    }
  }
}

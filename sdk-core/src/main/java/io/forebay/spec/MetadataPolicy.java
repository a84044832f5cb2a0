package io.forebay.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * How old what is known of names may be.
 *
 * @param always whether each question reaches the under-store and nothing is remembered; otherwise
 *     names stay as they were first seen until the data set is refreshed
 * @param refreshEvery how often the under-store is listed anew by itself; empty for never
 */
public record MetadataPolicy(boolean always, Optional<Duration> refreshEvery) {

  /** What was seen once stays until somebody refreshes the data set. */
  public static final MetadataPolicy ONCE = new MetadataPolicy(false, Optional.empty());

  public MetadataPolicy {
    if (refreshEvery.isPresent() && refreshEvery.get().compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "metadata.refresh must be at least one second, got " + refreshEvery.get());
    }
    if (always && refreshEvery.isPresent()) {
      throw new IllegalArgumentException(
          "metadata.refresh has no effect with the policy ALWAYS; remove it");
    }
  }
}

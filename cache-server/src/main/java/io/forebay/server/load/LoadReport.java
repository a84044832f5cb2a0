package io.forebay.server.load;

import io.forebay.dataset.load.LoadProgress;
import java.util.List;

/**
 * How a load goes, or went.
 *
 * @param phase in Fluid's words
 * @param reason why it failed; empty otherwise
 * @param seconds it has run, or ran
 * @param bytesPerSecond of all of that
 * @param failures the first of them
 * @param unreadable entries that the new list lacks because they could not be read
 * @param next when it runs again, in ISO 8601; empty for never
 */
public record LoadReport(
    String name,
    String dataSet,
    Phase phase,
    String reason,
    double seconds,
    double bytesPerSecond,
    LoadProgress.Counts counts,
    List<LoadProgress.Failure> failures,
    long unreadable,
    String next) {

  /** Fluid's phases of an operation. */
  public enum Phase {
    Pending,
    Executing,
    Complete,
    Failed
  }
}

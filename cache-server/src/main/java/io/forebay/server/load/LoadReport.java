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
    String next) {

  /** Fluid's phases of an operation. */
  public enum Phase {
    Pending,
    Executing,
    Complete,
    Failed
  }
}

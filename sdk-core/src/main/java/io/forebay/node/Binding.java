package io.forebay.node;

import java.time.Duration;

/**
 * Whether the under-store of a data set answers, by the last time it was asked.
 *
 * @param reason why it does not, or what is odd about what it answers; empty for nothing
 * @param sinceMillis when this phase began
 * @param askedMillis when the under-store was asked last; 0 for never
 * @param refusals how often it has not answered since it last did
 * @param failures of requests to the under-store, readers' included, when it was asked
 */
public record Binding(
    Phase phase, String reason, long sinceMillis, long askedMillis, int refusals, long failures) {

  /** Fluid's phases of a data set that is served. */
  public enum Phase {
    Pending,
    Bound,
    Failed
  }

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofMinutes(1);
  private static final Duration WHILE_BOUND = Duration.ofMinutes(5);

  /** Where readers' requests fail meanwhile, it is asked earlier. */
  private static final Duration AFTER_FAILURES = Duration.ofSeconds(30);

  static Binding pending() {
    return new Binding(Phase.Pending, "", System.currentTimeMillis(), 0, 0, 0);
  }

  /** After the under-store has answered. */
  Binding bound(String oddity, long failures) {
    return next(Phase.Bound, oddity, 0, failures);
  }

  /** After the under-store has not. */
  Binding failed(String reason, long failures) {
    return next(Phase.Failed, reason, refusals + 1, failures);
  }

  private Binding next(Phase next, String reason, int refusals, long failures) {
    long now = System.currentTimeMillis();
    return new Binding(next, reason, next == phase ? sinceMillis : now, now, refusals, failures);
  }

  boolean isFailed() {
    return phase == Phase.Failed;
  }

  /**
   * Whether it is time to ask the under-store.
   *
   * @param failuresNow of requests to the under-store by now
   */
  boolean isDue(long nowMillis, long failuresNow) {
    return nowMillis - askedMillis >= pause(failuresNow).toMillis();
  }

  private Duration pause(long failuresNow) {
    return switch (phase) {
      case Pending -> Duration.ZERO;
      case Bound -> failuresNow > failures ? AFTER_FAILURES : WHILE_BOUND;
      case Failed -> {
        Duration doubled = FIRST_RETRY.multipliedBy(1L << Math.min(refusals - 1, 10));
        yield doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
      }
    };
  }
}

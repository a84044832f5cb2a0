package io.forebay.simulator.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The servers that one process found down, which it asks now and then whether they are back ({@link
 * io.forebay.wire.ServerClient} has the rules). Used by one thread.
 */
final class Suspects {

  private static final long FIRST_NANOS = Duration.ofMillis(500).toNanos();
  private static final long LONGEST_NANOS = Duration.ofSeconds(30).toNanos();

  private static final class Suspect {
    private long backOff = FIRST_NANOS;
    private long probe;
  }

  private final Outages outages;
  private final Map<Integer, Suspect> suspects = new HashMap<>();

  Suspects(Outages outages) {
    this.outages = outages;
  }

  void failed(int node, long now) {
    suspects.computeIfAbsent(node, n -> new Suspect()).probe = now + FIRST_NANOS;
  }

  boolean has(int node, long now) {
    if (suspects.isEmpty()) {
      return false;
    }
    Suspect suspect = suspects.get(node);
    while (suspect != null && suspect.probe <= now) {
      if (!outages.isDown(node, suspect.probe)) {
        suspects.remove(node);
        return false;
      }
      suspect.backOff = Math.min(suspect.backOff * 2, LONGEST_NANOS);
      suspect.probe += suspect.backOff;
    }
    return suspect != null;
  }
}

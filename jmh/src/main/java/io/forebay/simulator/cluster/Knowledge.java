package io.forebay.simulator.cluster;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What some nodes that hear of changes at the same time know of the members, and knew until lately
 * ({@code io.forebay.server.HandOver} has the rules). Used by one thread.
 */
final class Knowledge {

  private static final int MOST = 3;
  private static final long LATELY_NANOS = Duration.ofMinutes(30).toNanos();

  private record Former(Known known, long endedNanos) {}

  private final Clock clock;
  private final Deque<Former> former = new ArrayDeque<>();
  private Known current;
  private int changes;

  Knowledge(Clock clock, Known first) {
    this.clock = clock;
    this.current = first;
  }

  void use(Known next) {
    if (next == current) {
      return;
    }
    former.addFirst(new Former(current, clock.now()));
    if (former.size() > MOST) {
      former.removeLast();
    }
    current = next;
    changes++;
  }

  Known current() {
    return current;
  }

  /** The latest first. */
  List<Known> former() {
    former.removeIf(each -> clock.now() - each.endedNanos > LATELY_NANOS);
    return former.stream().map(Former::known).toList();
  }

  int changes() {
    return changes;
  }
}

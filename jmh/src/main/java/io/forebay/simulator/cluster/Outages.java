package io.forebay.simulator.cluster;

import java.util.ArrayList;
import java.util.List;

/** When servers do not run. Used by one thread. */
final class Outages {

  private record Outage(long start, long end) {}

  private final List<List<Outage>> byNode = new ArrayList<>();

  Outages(int nodes) {
    for (int i = 0; i < nodes; i++) {
      byNode.add(new ArrayList<>(0));
    }
  }

  void add(int node, long start, long end) {
    byNode.get(node).add(new Outage(start, end));
  }

  boolean isDown(int node, long nanos) {
    for (Outage outage : byNode.get(node)) {
      if (nanos >= outage.start && nanos < outage.end) {
        return true;
      }
    }
    return false;
  }
}

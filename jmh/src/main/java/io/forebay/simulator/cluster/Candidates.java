package io.forebay.simulator.cluster;

import io.forebay.Origin;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The servers that a client asks for a file, best first, as {@link io.forebay.read.Servers} orders
 * them: the nearest owners, of those the least busy, and one that stands in.
 */
final class Candidates {

  private static final int BURST = 4;

  /** One that may be asked. */
  record Candidate(int node, Origin origin, boolean owner) {}

  private final Shape shape;
  private final Owners owners;
  private final int client;
  private final int replicas;
  private final Suspects down;
  private final int[] inFlight;
  private final int seed;

  /**
   * @param inFlight requests of this client, by server
   */
  Candidates(Shape shape, Owners owners, int client, int replicas, Suspects down, int[] inFlight) {
    this.shape = shape;
    this.owners = owners;
    this.client = client;
    this.replicas = replicas;
    this.down = down;
    this.inFlight = inFlight;
    this.seed = client * 0x9e3779b9;
  }

  List<Candidate> of(Known view, int file, int idLow, long now) {
    List<Candidate> found = up(owners.of(view, file, replicas + 1), now);
    if (found.size() <= replicas) {
      found = up(owners.rank(view, file), now);
      found = found.subList(0, Math.min(found.size(), replicas + 1));
    }
    return replicas == 1 ? found : spread(found, idLow);
  }

  private List<Candidate> up(int[] ranked, long now) {
    List<Candidate> up = new ArrayList<>(ranked.length);
    for (int i = 0; i < ranked.length; i++) {
      if (!down.has(ranked[i], now)) {
        up.add(new Candidate(ranked[i], origin(ranked[i]), i < replicas));
      }
    }
    return up;
  }

  private Origin origin(int node) {
    if (node == client) {
      return Origin.OWN_SERVER;
    }
    return shape.zone(node) == shape.zone(client) ? Origin.ZONE_SERVER : Origin.OTHER_SERVER;
  }

  private List<Candidate> spread(List<Candidate> candidates, int idLow) {
    List<Candidate> found = candidates.stream().filter(Candidate::owner).toList();
    if (found.size() < 2) {
      return candidates;
    }
    int idlest = found.stream().mapToInt(c -> inFlight[c.node]).min().orElse(0);
    int turn = Math.floorMod(idLow ^ seed, found.size());
    List<Candidate> turned = new ArrayList<>(found.subList(turn, found.size()));
    turned.addAll(found.subList(0, turn));
    turned.sort(
        Comparator.comparing(Candidate::origin)
            .thenComparingInt(c -> (inFlight[c.node] - idlest) / BURST));
    candidates.stream().filter(candidate -> !candidate.owner).forEach(turned::add);
    return turned;
  }
}

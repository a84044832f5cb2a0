package io.forebay.simulator.cluster;

import io.forebay.placement.Member;
import io.forebay.placement.Member.State;
import io.forebay.placement.View;
import io.forebay.wire.Codec;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * How many nodes there are, and in how many zones. Racks are within zones; of three nodes in a row
 * one has weight 1, one 2 and one 4.
 */
record Shape(int nodes, int zones, int rackNodes) {

  /** A view of some of the nodes. */
  View view(IntPredicate there) {
    return new View(IntStream.range(0, nodes).filter(there).mapToObj(this::member).toList());
  }

  View view() {
    return view(node -> true);
  }

  private Member member(int node) {
    String host = "10." + node / 65_536 + "." + node / 256 % 256 + "." + node % 256;
    String name = String.format("node-%05d", node);
    return new Member(
        name,
        host + ":7070",
        host + ":7071",
        name,
        "zone-" + zone(node),
        weight(node),
        State.UP,
        Codec.VERSION);
  }

  int node(Member member) {
    return Integer.parseInt(member.name().substring("node-".length()));
  }

  int zone(int node) {
    return node % zones;
  }

  /** Numbered through all zones. */
  int rack(int node) {
    return node / zones / rackNodes * zones + zone(node);
  }

  long weight(int node) {
    return 1L << (node / zones + zone(node)) % 3;
  }

  long weight(IntPredicate there) {
    return IntStream.range(0, nodes).filter(there).mapToLong(this::weight).sum();
  }

  Shape with(int otherNodes) {
    return new Shape(otherNodes, zones, rackNodes);
  }
}

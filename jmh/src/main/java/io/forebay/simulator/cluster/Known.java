package io.forebay.simulator.cluster;

import io.forebay.file.FileId;
import io.forebay.placement.Member;
import io.forebay.placement.Member.State;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import java.util.List;

/** A view with what follows from it, by the numbers of nodes. Immutable. */
final class Known {

  private final Placement placement;
  private final boolean[] there;
  private final boolean[] owning;

  Known(Shape shape, View view) {
    this.placement = Placement.of(view);
    this.there = new boolean[shape.nodes()];
    this.owning = new boolean[shape.nodes()];
    for (Member member : view.members()) {
      int node = shape.node(member);
      there[node] = member.state() != State.DOWN;
      owning[node] = member.state() == State.UP || member.state() == State.JOINING;
    }
  }

  /** Whether it may be asked. */
  boolean has(int node) {
    return there[node];
  }

  /** Whether files are placed on it. */
  boolean places(int node) {
    return owning[node];
  }

  List<Member> owners(FileId file, int count) {
    return placement.owners(file, 0, count);
  }

  List<Member> rank(FileId file) {
    return placement.rank(file, 0);
  }
}

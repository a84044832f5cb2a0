package io.forebay.simulator.cluster;

import java.util.function.IntPredicate;

/** What happens to a cluster whose last node is not there at the beginning. */
enum Change {
  JOIN("a node joins"),
  NODE("a node leaves"),
  RACK("a rack leaves");

  private final String title;

  Change(String title) {
    this.title = title;
  }

  /** The nodes that are there afterwards. */
  IntPredicate after(Shape shape) {
    int last = shape.nodes() - 1;
    return switch (this) {
      case JOIN -> node -> true;
      case NODE -> node -> node != 1 && node != last;
      case RACK -> node -> shape.rack(node) != 1 && node != last;
    };
  }

  @Override
  public String toString() {
    return title;
  }
}

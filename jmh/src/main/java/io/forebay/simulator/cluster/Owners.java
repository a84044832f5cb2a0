package io.forebay.simulator.cluster;

import io.forebay.placement.Member;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who owns files under any view of some of a cluster's nodes, as {@link
 * io.forebay.placement.Placement} says. That is asked for each file once, with all nodes in the
 * view, and again where one that it named is not in another view: it changes nothing that others
 * are missing. Thread-safe.
 */
final class Owners {

  private final Shape shape;
  private final Files files;
  private final int depth;
  private final short[] first;

  /**
   * @param depth the most owners that are asked for
   */
  Owners(Shape shape, Files files, int depth) {
    this.shape = shape;
    this.files = files;
    this.depth = Math.min(depth, shape.nodes());
    this.first = new short[Math.multiplyExact(files.count(), this.depth)];
    Known all = new Known(shape, shape.view());
    IntStream.range(0, files.count()).parallel().forEach(file -> place(all, file));
  }

  private void place(Known all, int file) {
    List<Member> owners = all.owners(files.id(file), depth);
    for (int i = 0; i < depth; i++) {
      first[file * depth + i] = (short) shape.node(owners.get(i));
    }
  }

  /**
   * The nodes that are to have a file under a view, best first.
   *
   * @param count how many; all where there are fewer
   */
  int[] of(Known view, int file, int count) {
    int wanted = Math.min(count, shape.nodes());
    if (wanted > depth) {
      throw new IllegalArgumentException(count + " owners of a file, of " + depth + " at most");
    }
    int[] owners = new int[wanted];
    for (int i = 0; i < wanted; i++) {
      owners[i] = first[file * depth + i];
      if (!view.places(owners[i])) {
        return numbers(view.owners(files.id(file), wanted));
      }
    }
    return owners;
  }

  /** All nodes that files are placed on, the best for a file first. */
  int[] rank(Known view, int file) {
    return numbers(view.rank(files.id(file)));
  }

  private int[] numbers(List<Member> members) {
    return members.stream().mapToInt(shape::node).toArray();
  }
}

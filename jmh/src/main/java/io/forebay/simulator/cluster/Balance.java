package io.forebay.simulator.cluster;

import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * How evenly the files lie, and what moves when nodes come and go, beside the least that can: what
 * those have that come or go.
 */
final class Balance {

  private final Shape shape;
  private final Files files;
  private final Owners owners;

  /**
   * @param shape with one node more than the cluster has at the beginning
   */
  Balance(Shape shape, Files files, Owners owners) {
    this.shape = shape;
    this.files = files;
    this.owners = owners;
  }

  /**
   * @param fullest bytes of the fullest node, of its share
   * @param emptiest and of the emptiest
   * @param spread standard deviation of what nodes have, of their share
   * @param chance what that would be if each file's owners were drawn
   */
  record Fill(double fullest, double emptiest, double spread, double chance) {}

  Fill fill(IntPredicate there, int replicas) {
    Known view = new Known(shape, shape.view(there));
    long[] bytes = new long[shape.nodes()];
    double sum = 0;
    double squares = 0;
    for (int file = 0; file < files.count(); file++) {
      long length = files.bytes(file);
      sum += length;
      squares += (double) length * length;
      for (int owner : owners.of(view, file, replicas)) {
        bytes[owner] += length;
      }
    }
    double fullest = 0;
    double emptiest = Double.MAX_VALUE;
    double deviations = 0;
    double chances = 0;
    int nodes = 0;
    for (int node = 0; node < shape.nodes(); node++) {
      if (there.test(node)) {
        double part = (double) replicas * shape.weight(node) / shape.weight(there);
        double fill = bytes[node] / (part * sum);
        fullest = Math.max(fullest, fill);
        emptiest = Math.min(emptiest, fill);
        deviations += (fill - 1) * (fill - 1);
        chances += squares / (sum * sum) * (1 - part) / part;
        nodes++;
      }
    }
    return new Fill(fullest, emptiest, Math.sqrt(deviations / nodes), Math.sqrt(chances / nodes));
  }

  /**
   * @param bytes of copies that a node is to have and was not
   * @param least of copies whose owner is gone, or that the new ones are to have
   * @param total of all copies
   */
  record Movement(long bytes, long least, long total) {}

  Movement movement(IntPredicate before, IntPredicate after, int replicas) {
    Known old = new Known(shape, shape.view(before));
    Known now = new Known(shape, shape.view(after));
    long moved = 0;
    long least = 0;
    long total = 0;
    for (int file = 0; file < files.count(); file++) {
      long length = files.bytes(file);
      int[] from = owners.of(old, file, replicas);
      int[] to = owners.of(now, file, replicas);
      moved += length * IntStream.of(to).filter(node -> !contains(from, node)).count();
      least += length * IntStream.of(from).filter(node -> !after.test(node)).count();
      least += length * IntStream.of(to).filter(node -> !before.test(node)).count();
      total += length * replicas;
    }
    return new Movement(moved, least, total);
  }

  private static boolean contains(int[] nodes, int node) {
    return IntStream.of(nodes).anyMatch(n -> n == node);
  }

  /** Prints both, for a data set of which these files are a part. */
  void print(double parts) {
    int nodes = shape.nodes() - 1;
    IntPredicate cluster = node -> node < nodes;
    Table balance = new Table("copies", "fullest / its share", "emptiest", "spread", "by chance");
    for (int replicas : new int[] {1, 2}) {
      balance.row(() -> row(replicas, fill(cluster, replicas)));
    }
    balance.print();
    System.out.println();
    Table changes = new Table("change", "copies", "moved", "of all bytes", "moved / least");
    for (int replicas : new int[] {1, 2}) {
      for (Change change : Change.values()) {
        changes.row(
            () -> row(change, replicas, parts, movement(cluster, change.after(shape), replicas)));
      }
    }
    changes.print();
  }

  private static String row(int replicas, Fill fill) {
    return String.format(
        Locale.ROOT,
        "| %d | %.3f | %.3f | %.2f %% | %.2f %% |",
        replicas,
        fill.fullest,
        fill.emptiest,
        100 * fill.spread,
        100 * fill.chance);
  }

  private static String row(Change change, int replicas, double parts, Movement moved) {
    return String.format(
        Locale.ROOT,
        "| %s | %d | %.0f GB | %.3f %% | %.3f |",
        change,
        replicas,
        moved.bytes * parts / 1e9,
        100.0 * moved.bytes / moved.total,
        (double) moved.bytes / moved.least);
  }
}

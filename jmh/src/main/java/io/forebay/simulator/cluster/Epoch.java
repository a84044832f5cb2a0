package io.forebay.simulator.cluster;

import io.forebay.Origin;
import io.forebay.dataset.epoch.EpochOrder;
import java.util.function.IntUnaryOperator;

/**
 * One epoch of a training that does nothing but read: each node has some readers, which take the
 * files of its share one after the other, and the epoch ends with the last read.
 */
final class Epoch {

  private static final int READERS = 32;

  private final Cluster cluster;
  private final Clock clock;
  private final int nodes;

  /** The files of each node, in the order in which it reads them. */
  private final int[][] order;

  private final int[] next;

  private Epoch(Cluster cluster, Clock clock, int nodes, int[][] order) {
    this.cluster = cluster;
    this.clock = clock;
    this.nodes = nodes;
    this.order = order;
    this.next = new int[nodes];
  }

  /**
   * What an epoch took.
   *
   * @param nanos of the time that the simulated files took
   */
  record Result(long nanos, Traffic traffic, long underStoreBytes, Cluster.Bound bound) {

    double share(Origin origin) {
      return (double) traffic.bytes(origin) / traffic.bytes();
    }

    /** What the under-store sent, as a share of the data set. */
    double fetched() {
      return (double) underStoreBytes / traffic.bytes();
    }
  }

  /** Files are dealt in turn, in the order that Forebay shuffles an epoch into. */
  static Result shuffled(Cluster cluster, Clock clock, int nodes, int files, int epoch) {
    EpochOrder shuffled = EpochOrder.shuffled(files, 1, epoch);
    int[][] order = new int[nodes][];
    for (int node = 0; node < nodes; node++) {
      order[node] = new int[(files - node + nodes - 1) / nodes];
      for (int i = 0; i < order[node].length; i++) {
        order[node][i] = (int) shuffled.sample(node + (long) i * nodes);
      }
    }
    return new Epoch(cluster, clock, nodes, order).run();
  }

  /** Each node reads certain files. */
  static Result assigned(
      Cluster cluster, Clock clock, int nodes, int files, int epoch, IntUnaryOperator reader) {
    EpochOrder shuffled = EpochOrder.shuffled(files, 1, epoch);
    int[] counts = new int[nodes];
    for (int file = 0; file < files; file++) {
      counts[reader.applyAsInt(file)]++;
    }
    int[][] order = new int[nodes][];
    for (int node = 0; node < nodes; node++) {
      order[node] = new int[counts[node]];
    }
    for (int i = 0; i < files; i++) {
      int file = (int) shuffled.sample(i);
      int node = reader.applyAsInt(file);
      order[node][--counts[node]] = file;
    }
    return new Epoch(cluster, clock, nodes, order).run();
  }

  private Result run() {
    cluster.reset();
    long start = clock.now();
    for (int reader = 0; reader < READERS; reader++) {
      for (int node = 0; node < nodes; node++) {
        read(node);
      }
    }
    clock.run();
    long nanos = clock.now() - start;
    return new Result(nanos, cluster.traffic(), cluster.underStoreBytes(), cluster.bound(nanos));
  }

  private void read(int node) {
    if (next[node] < order[node].length) {
      cluster.read(node, order[node][next[node]++], () -> read(node));
    }
  }
}

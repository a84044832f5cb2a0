package io.forebay.simulator.cluster;

import java.util.Arrays;

/** Which nodes have which files. Of more than {@link #MOST} copies the oldest are forgotten. */
final class Holders {

  private static final int MOST = 6;
  private static final short NOBODY = -1;

  private final short[] nodes;

  Holders(int files) {
    this.nodes = new short[Math.multiplyExact(files, MOST)];
    Arrays.fill(nodes, NOBODY);
  }

  private Holders(short[] nodes) {
    this.nodes = nodes;
  }

  /** All owners have their files. */
  static Holders all(Files files, Owners owners, Known view, int replicas) {
    Holders holders = new Holders(files.count());
    for (int file = 0; file < files.count(); file++) {
      for (int owner : owners.of(view, file, replicas)) {
        holders.add(file, owner);
      }
    }
    return holders;
  }

  Holders copy() {
    return new Holders(nodes.clone());
  }

  boolean has(int file, int node) {
    for (int i = file * MOST; i < (file + 1) * MOST && nodes[i] != NOBODY; i++) {
      if (nodes[i] == node) {
        return true;
      }
    }
    return false;
  }

  void add(int file, int node) {
    if (!has(file, node)) {
      int start = file * MOST;
      System.arraycopy(nodes, start, nodes, start + 1, MOST - 1);
      nodes[start] = (short) node;
    }
  }
}

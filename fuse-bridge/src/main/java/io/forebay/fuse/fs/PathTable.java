package io.forebay.fuse.fs;

import io.forebay.fuse.journal.PackedStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Nodes by path, each of which the table has once: a hash table in one array, without an object for
 * each of its entries, for a collection has to move them all. Not thread-safe.
 */
final class PathTable {

  private static final int FEWEST = 1 << 10;

  /** 2^32 by the golden ratio. */
  private static final int SPREAD = 0x9E37_79B9;

  /** At most half of it is in use; a node is in the first free place from that of its hash on. */
  private Inode[] places = new Inode[FEWEST];

  private int count;

  /** The node of a path, or null. */
  Inode get(String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    return places[find(path.hashCode(), node -> PackedStatus.hasPath(node.packed(), bytes))];
  }

  /** The node of the path that another status has, or null. */
  Inode get(byte[] status, int pathHash) {
    return places[find(pathHash, node -> PackedStatus.haveSamePath(node.packed(), status))];
  }

  /** From now on its path means this node. */
  void put(Inode node) {
    int at = placeOf(node);
    if (places[at] == null && ++count > places.length / 2) {
      Inode[] before = places;
      places = new Inode[before.length * 2];
      for (Inode each : before) {
        if (each != null) {
          places[find(each.pathHash(), any -> false)] = each;
        }
      }
      at = placeOf(node);
    }
    places[at] = node;
  }

  /** Its path means nothing any more, if it means this node. */
  void remove(Inode node) {
    int hole = placeOf(node);
    if (places[hole] != node) {
      return;
    }
    count--;
    places[hole] = null;
    // What is behind must be found without looking beyond a free place.
    for (int at = after(hole); places[at] != null; at = after(at)) {
      Inode moved = places[at];
      places[at] = null;
      places[find(moved.pathHash(), any -> false)] = moved;
    }
  }

  boolean contains(Inode node) {
    return places[placeOf(node)] == node;
  }

  Stream<Inode> stream() {
    return Arrays.stream(places).filter(Objects::nonNull);
  }

  private int placeOf(Inode node) {
    byte[] status = node.packed();
    return find(node.pathHash(), other -> PackedStatus.haveSamePath(other.packed(), status));
  }

  /** Where the one with this hash is that is looked for, or where it would be. */
  private int find(int hash, Predicate<Inode> isIt) {
    // Names that are counted up have hashes that are counted up, too.
    int at = (hash * SPREAD) >>> Integer.numberOfLeadingZeros(places.length - 1);
    while (places[at] != null && !(places[at].pathHash() == hash && isIt.test(places[at]))) {
      at = after(at);
    }
    return at;
  }

  private int after(int place) {
    return place + 1 & places.length - 1;
  }
}

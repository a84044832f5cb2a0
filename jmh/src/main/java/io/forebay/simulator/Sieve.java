package io.forebay.simulator;

import java.util.HashMap;
import java.util.Map;

/**
 * SIEVE (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024): a queue in order of arrival, and a
 * hand that passes over what was read since it last came by.
 */
final class Sieve implements Policy {

  private static final class Node {
    private final int file;
    private boolean visited;
    private Node newer;
    private Node older;

    Node(int file) {
      this.file = file;
    }
  }

  private final int capacity;
  private final Map<Integer, Node> files = new HashMap<>();
  private Node newest;
  private Node oldest;
  private Node hand;
  private long written;

  Sieve(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public boolean read(int file) {
    Node node = files.get(file);
    if (node != null) {
      node.visited = true;
      return true;
    }
    if (files.size() == capacity) {
      evict();
    }
    Node fresh = new Node(file);
    fresh.older = newest;
    if (newest != null) {
      newest.newer = fresh;
    }
    newest = fresh;
    if (oldest == null) {
      oldest = fresh;
    }
    files.put(file, fresh);
    written++;
    return false;
  }

  private void evict() {
    Node victim = hand == null ? oldest : hand;
    while (victim.visited) {
      victim.visited = false;
      victim = victim.newer == null ? oldest : victim.newer;
    }
    hand = victim.newer;
    if (victim.newer == null) {
      newest = victim.older;
    } else {
      victim.newer.older = victim.older;
    }
    if (victim.older == null) {
      oldest = victim.newer;
    } else {
      victim.older.newer = victim.newer;
    }
    files.remove(victim.file);
  }

  @Override
  public long written() {
    return written;
  }
}

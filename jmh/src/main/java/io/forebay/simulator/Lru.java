package io.forebay.simulator;

import java.util.LinkedHashSet;

/** Evicts what was read least recently. */
final class Lru implements Policy {

  private final int capacity;
  private final LinkedHashSet<Integer> files = new LinkedHashSet<>();
  private long written;

  Lru(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public boolean read(int file) {
    boolean hit = files.remove(file);
    files.add(file);
    if (!hit) {
      written++;
      if (files.size() > capacity) {
        files.remove(files.iterator().next());
      }
    }
    return hit;
  }

  @Override
  public long written() {
    return written;
  }
}

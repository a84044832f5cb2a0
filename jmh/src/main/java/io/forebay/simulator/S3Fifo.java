package io.forebay.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;

/**
 * S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023): a small
 * queue of a tenth for newcomers, a main queue, and a queue of ghosts as long as the main one.
 */
final class S3Fifo implements Policy {

  private static final int MOST_READS = 3;

  private final int capacity;
  private final int smallCapacity;
  private final Deque<Integer> small = new ArrayDeque<>();
  private final Deque<Integer> main = new ArrayDeque<>();
  private final LinkedHashSet<Integer> ghosts = new LinkedHashSet<>();
  private final Map<Integer, Integer> reads = new HashMap<>();
  private long written;

  S3Fifo(int capacity) {
    this.capacity = capacity;
    this.smallCapacity = Math.max(1, capacity / 10);
  }

  @Override
  public boolean read(int file) {
    Integer count = reads.get(file);
    if (count != null) {
      reads.put(file, Math.min(MOST_READS, count + 1));
      return true;
    }
    while (reads.size() >= capacity) {
      if (small.size() >= smallCapacity || main.isEmpty()) {
        evictFromSmall();
      } else {
        evictFromMain();
      }
    }
    if (ghosts.remove(file)) {
      main.addLast(file);
    } else {
      small.addLast(file);
    }
    reads.put(file, 0);
    written++;
    return false;
  }

  private void evictFromSmall() {
    while (!small.isEmpty()) {
      int file = small.removeFirst();
      if (reads.get(file) > 1) {
        reads.put(file, 0);
        main.addLast(file);
      } else {
        reads.remove(file);
        ghosts.add(file);
        if (ghosts.size() > capacity - smallCapacity) {
          ghosts.remove(ghosts.iterator().next());
        }
        return;
      }
    }
  }

  private void evictFromMain() {
    while (!main.isEmpty()) {
      int file = main.removeFirst();
      int count = reads.get(file);
      if (count > 0) {
        reads.put(file, count - 1);
        main.addLast(file);
      } else {
        reads.remove(file);
        return;
      }
    }
  }

  @Override
  public long written() {
    return written;
  }
}

package io.forebay.simulator;

import java.util.Arrays;
import java.util.TreeSet;

/**
 * Belady's optimum with bypass: keeps what is read again soonest, and lets a newcomer pass by that
 * is read again later than all that is there. Knows the whole trace.
 */
final class Min implements Policy {

  private final int capacity;
  private final int[] next;
  private final TreeSet<Long> byNextRead = new TreeSet<>();
  private final long[] entry;
  private int clock;
  private long written;

  Min(int capacity, Trace trace) {
    this.capacity = capacity;
    next = new int[trace.reads().length];
    entry = new long[trace.files()];
    Arrays.fill(entry, -1);
    int[] last = new int[trace.files()];
    Arrays.fill(last, Integer.MAX_VALUE);
    for (int i = next.length - 1; i >= 0; i--) {
      int file = trace.reads()[i];
      next[i] = last[file];
      last[file] = i;
    }
  }

  @Override
  public boolean read(int file) {
    boolean hit = entry[file] >= 0;
    if (hit) {
      byNextRead.remove(entry[file]);
    }
    long fresh = (long) next[clock++] << 32 | file;
    if (!hit && byNextRead.size() == capacity) {
      long latest = byNextRead.last();
      if (latest <= fresh) {
        return false;
      }
      byNextRead.remove(latest);
      entry[(int) latest] = -1;
    }
    byNextRead.add(fresh);
    entry[file] = fresh;
    if (!hit) {
      written++;
    }
    return hit;
  }

  @Override
  public long written() {
    return written;
  }
}

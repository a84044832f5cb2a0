package io.forebay.store;

import io.forebay.file.FileId;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the coldest files, or the hottest, by looking at every record: cheap per victim, for one
 * look finds many, and no list has to be kept in order by each read.
 */
final class HeatScan {

  /** Buckets for the ages between a number and its double. */
  private static final int PARTS = 128;

  /** Enough for all times that a record can hold, which has 40 bits for them. */
  private static final int BUCKETS = 34 * PARTS;

  /** Which records count. Called under the segment's lock. */
  interface Filter {
    boolean accepts(Segment segment, int slot);
  }

  private final NodeStore store;

  HeatScan(NodeStore store) {
    this.store = store;
  }

  /**
   * The files that were read least lately, or most lately.
   *
   * @param bytes how much they should take in all; one file more or less
   * @param coldest whether least lately
   */
  List<FileId> select(long bytes, boolean coldest, Filter filter) {
    if (bytes <= 0) {
      return List.of();
    }
    long now = store.now();
    long[] histogram = new long[BUCKETS];
    store
        .table()
        .forEach(
            (segment, slot) -> {
              if (filter.accepts(segment, slot)) {
                histogram[bucket(segment.lastUse(slot), now, coldest)] += allocated(segment, slot);
              }
            });
    int last = 0;
    for (long sum = histogram[0]; sum < bytes && last < BUCKETS - 1; ) {
      sum += histogram[++last];
    }
    List<List<FileId>> chosen = new ArrayList<>();
    for (int i = 0; i <= last; i++) {
      chosen.add(new ArrayList<>());
    }
    int threshold = last;
    store
        .table()
        .forEach(
            (segment, slot) -> {
              if (filter.accepts(segment, slot)) {
                int bucket = bucket(segment.lastUse(slot), now, coldest);
                if (bucket <= threshold) {
                  chosen.get(bucket).add(segment.id(slot));
                }
              }
            });
    return chosen.stream().flatMap(List::stream).toList();
  }

  /**
   * Bucket 0 goes first. Ages are told apart to within a hundredth of themselves, and those below a
   * second exactly, however long the store has been open.
   */
  private static int bucket(long lastUse, long now, boolean coldest) {
    long age = Math.max(0, now - lastUse); // negative for a file that is read meanwhile
    int bucket = (int) age;
    if (age >= PARTS) {
      int doublings = Long.SIZE - Long.numberOfLeadingZeros(age / PARTS);
      bucket = doublings * PARTS + (int) (age >> (doublings - 1)) % PARTS;
    }
    return coldest ? BUCKETS - 1 - bucket : bucket;
  }

  private long allocated(Segment segment, int slot) {
    return segment.allocated(slot, store.blocks(segment.length(slot)));
  }
}

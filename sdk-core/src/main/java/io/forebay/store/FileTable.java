package io.forebay.store;

import io.forebay.file.FileId;
import java.util.function.IntConsumer;

/**
 * The index of a store: a record for each resident file, off heap, so that ten million files cost
 * the garbage collector nothing. On heap are 5 to 11 bytes a file, and for a file of several blocks
 * its {@link BlockMap}.
 */
final class FileTable {

  private static final int SEGMENTS = 64;

  /** Records looked at before the lock is given free for others. */
  private static final int BATCH = 1024;

  private final Segment[] segments = new Segment[SEGMENTS];

  FileTable() {
    for (int i = 0; i < SEGMENTS; i++) {
      segments[i] = new Segment();
    }
  }

  Segment of(FileId id) {
    return ofKey(id.high());
  }

  /**
   * @param key the first half of a FileId
   */
  Segment ofKey(long key) {
    return segments[(int) (key >>> 58)];
  }

  int size() {
    int size = 0;
    for (Segment segment : segments) {
      synchronized (segment) {
        size += segment.size();
      }
    }
    return size;
  }

  /** Something to do with each record, under its segment's lock. */
  interface Visitor {
    void visit(Segment segment, int slot);
  }

  /** Visits all records; those that come or go meanwhile are seen or not. */
  void forEach(Visitor visitor) {
    for (Segment segment : segments) {
      forEach(segment, visitor);
    }
  }

  /** Visits the records of the segment that a key belongs to. */
  void forEachIn(long key, Visitor visitor) {
    forEach(ofKey(key), visitor);
  }

  private static void forEach(Segment segment, Visitor visitor) {
    IntConsumer visit = slot -> visitor.visit(segment, slot);
    for (int from = 0; ; from += BATCH) {
      synchronized (segment) {
        if (from >= segment.bound()) {
          return;
        }
        segment.forEach(from, from + BATCH, visit);
      }
    }
  }
}

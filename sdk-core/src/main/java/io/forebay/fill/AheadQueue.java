package io.forebay.fill;

import io.forebay.metadata.FileId;
import io.forebay.metadata.FileVersion;
import io.forebay.store.NodeStore;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Files that somebody is going to read, in the order in which that is expected. In a full cache a
 * few may be there at a time, and the next when one was read; those whose reader was faster are
 * dropped. Thread-safe.
 */
final class AheadQueue {

  /** The eldest go, for they are the most likely to have been read. */
  private static final int MOST = 100_000;

  /**
   * A file to fetch.
   *
   * @param number in the order of arrival
   * @param read for which read; 0 when nobody announced one
   */
  record Expected(long number, FileVersion file, long read) {

    boolean isAnnounced() {
      return read != 0;
    }

    boolean isLate(NodeStore store) {
      return isAnnounced() && store.nextRead(file) != read;
    }
  }

  private final NodeStore store;
  private final SortedMap<Long, Expected> waiting = new TreeMap<>();

  /** The eldest that waits of each file. */
  private final Map<FileId, Expected> eldest = new HashMap<>();

  private long arrived;

  /** Bytes of those that were taken, and are not there yet. */
  private long onTheirWay;

  AheadQueue(NodeStore store) {
    this.store = store;
  }

  synchronized void add(FileVersion file) {
    if (waiting.size() == MOST) {
      remove(waiting.get(waiting.firstKey()));
    }
    put(new Expected(++arrived, file, store.nextRead(file)));
  }

  private void put(Expected file) {
    waiting.put(file.number, file);
    eldest.putIfAbsent(file.file.id(), file);
  }

  private void remove(Expected file) {
    waiting.remove(file.number);
    eldest.remove(file.file.id(), file);
  }

  /**
   * A file is being read that is not here. Readers that have several batches on their way come to
   * it long before they say that they have. With several jobs it may be the read of another one.
   */
  synchronized void missed(FileVersion file) {
    Expected waits = eldest.get(file.id());
    if (waits != null && store.jobs(file.dataSet()) == 1) {
      remove(waits);
    }
  }

  /**
   * One that was taken is there; or not, for want of room. Then it waits again, if it can be known
   * for how long that makes sense.
   *
   * @param room whether there was any
   */
  synchronized void done(Expected file, boolean room) {
    onTheirWay -= file.file.size();
    if (!room && file.isAnnounced()) {
      put(file);
    }
  }

  /** The next to fetch; null when there is none, or none may be fetched at present. */
  synchronized Expected take() {
    while (!waiting.isEmpty()) {
      Expected next = waiting.get(waiting.firstKey());
      boolean late = next.isLate(store);
      if (!late && next.isAnnounced() && !store.mayFetchAhead(next.file, onTheirWay)) {
        return null;
      }
      remove(next);
      if (!late) {
        onTheirWay += next.file.size();
        return next;
      }
    }
    return null;
  }
}

package io.forebay.fill;

import io.forebay.file.FileId;
import io.forebay.file.FileVersion;
import io.forebay.plan.NextRead;
import io.forebay.store.NodeStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Files that somebody is going to read: those of announced reads by the time of these, before all
 * others in the order of their arrival. In a full cache a few may be there at a time, and the next
 * when one was read; those whose reader was faster are dropped. Thread-safe.
 */
final class PrefetchQueue {

  /** Of announced reads the last go, of others those that come too late to be taken note of. */
  private static final int MOST = 100_000;

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * A file to fetch.
   *
   * @param read for which read, and when it was expected as the file was added
   * @param number in the order of arrival
   * @param asker for whom
   */
  record Expected(FileVersion file, NextRead read, long number, Asker asker) {

    private static final Comparator<Expected> BY_TIME =
        Comparator.comparingLong((Expected e) -> e.read.nanos()).thenComparingLong(e -> e.number);

    boolean isLate(NodeStore store) {
      return read.isAnnounced() && isLate(store.nextRead(file));
    }

    /**
     * @param now the file's next read
     */
    boolean isLate(NextRead now) {
      return now.name() != read.name();
    }
  }

  private record Key(FileId file, long read) {

    static Key of(Expected expected) {
      return new Key(expected.file.id(), expected.read.name());
    }
  }

  private final NodeStore store;
  private final NavigableSet<Expected> announced = new TreeSet<>(Expected.BY_TIME);
  private final Map<Key, Expected> byRead = new HashMap<>();
  private final Queue<Expected> others = new ArrayDeque<>();

  /** Those that were fetched for a read which may be still to come. */
  private final Set<Expected> taken = new HashSet<>();

  /** Those whose jobs pause, while there is no room: they are not to hold up the others. */
  private final List<Expected> parked = new ArrayList<>();

  private long lookedNanos = System.nanoTime();
  private long arrived;

  /** Bytes of those that were taken, and are not there yet. */
  private long onTheirWay;

  PrefetchQueue(NodeStore store) {
    this.store = store;
  }

  synchronized void add(FileVersion file, Asker asker) {
    Expected expected = new Expected(file, store.nextRead(file), ++arrived, asker);
    if (expected.read.isAnnounced()) {
      put(expected);
    } else if (others.size() < MOST) {
      others.add(expected);
    }
  }

  private void put(Expected expected) {
    if (byRead.putIfAbsent(Key.of(expected), expected) == null) {
      announced.add(expected);
      if (announced.size() > MOST) {
        remove(announced.last());
      }
    }
  }

  private void remove(Expected expected) {
    announced.remove(expected);
    byRead.remove(Key.of(expected));
  }

  /**
   * A file is being read that is not here. Readers come to it before they say that they have, and
   * long before that when they have several batches on their way.
   */
  synchronized void missed(FileVersion file) {
    Expected waits = byRead.get(new Key(file.id(), store.nextRead(file).name()));
    if (waits != null) {
      remove(waits);
    }
  }

  /**
   * One that was taken is there; or not, for want of room. Then it waits again, if it can be known
   * for how long that makes sense.
   *
   * @param room whether there was any
   */
  synchronized void done(Expected expected, boolean room) {
    onTheirWay -= expected.file.size();
    if (!room && expected.read.isAnnounced()) {
      taken.remove(expected);
      put(expected);
    }
  }

  /** The next to fetch; null when there is none, or none may be fetched at present. */
  synchronized Expected take() {
    lookAround();
    Expected next = soonest();
    if (next != null && store.mayFetchAhead(next.file, onTheirWay)) {
      remove(next);
      taken.add(next);
    } else {
      do {
        next = others.poll();
      } while (next != null && next.asker.hasWithdrawn());
    }
    if (next != null) {
      onTheirWay += next.file.size();
    }
    return next;
  }

  /** Now and then: who pauses, and who does not any more. */
  private void lookAround() {
    long now = System.nanoTime();
    if (now - lookedNanos < LOOK_NANOS) {
      return;
    }
    lookedNanos = now;
    List<Expected> again = List.copyOf(parked);
    parked.clear();
    again.forEach(this::put);
    taken.removeIf(
        expected -> {
          NextRead next = store.nextRead(expected.file);
          boolean done = expected.isLate(next);
          if (!done && next.pausing()) {
            store.clearPrefetched(expected.file);
          }
          return done || next.pausing();
        });
  }

  /** Of the announced, as is known by now. */
  private Expected soonest() {
    while (!announced.isEmpty()) {
      Expected first = announced.first();
      NextRead now = store.nextRead(first.file);
      boolean late = first.isLate(now);
      boolean parks = now.pausing() && !store.hasRoom();
      if (!late && !parks && (now.nanos() <= first.read.nanos() || isLast(now, first))) {
        return first;
      }
      remove(first);
      if (!late && parks) {
        parked.add(first);
      } else if (!late) { // its job is slower than was thought
        put(new Expected(first.file, now, first.number, first.asker));
      }
    }
    return null;
  }

  private boolean isLast(NextRead now, Expected first) {
    Expected second = announced.higher(first);
    return second == null || now.nanos() <= second.read.nanos();
  }
}

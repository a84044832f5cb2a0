package io.forebay.simulator;

import io.forebay.plan.Plans;
import io.forebay.spec.Retain;
import io.forebay.store.TierOptions;
import io.forebay.store.retention.Retention;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The retention of the store, and around it what the store does: a newcomer enters where there is
 * room and passes by where there is none; above the high water mark files leave until below the low
 * one, those that retention names and then the least recently read.
 */
final class Own implements Policy {

  /** As if each file had a block of one page. */
  private static final long FILE_BYTES = 4096;

  /** What the store makes room for at a time. */
  private static final double ROOM_SHARE = 0.0025;

  private final int capacity;
  private final Retention retention;
  private final Set<Integer> resident = new LinkedHashSet<>();
  private final long[] keys;
  private final java.util.Map<Long, Integer> files = new java.util.HashMap<>();
  private long written;

  Own(int capacity, int files) {
    this(capacity, files, new Plans());
  }

  Own(int capacity, int files, Plans plans) {
    this.capacity = capacity;
    this.retention = Retention.of(Retain.AUTO, capacity * FILE_BYTES, plans);
    keys = new java.util.SplittableRandom(9).longs(files).toArray();
    for (int i = 0; i < files; i++) {
      this.files.put(keys[i], i);
    }
  }

  @Override
  public boolean read(int file) {
    boolean hit = resident.remove(file);
    retention.onRead(keys[file], hit ? FILE_BYTES : 0);
    if (hit) {
      resident.add(file);
      return true;
    }
    Retention.Claim claim = retention.claim(keys[file], true);
    if (claim == Retention.Claim.ROOM && resident.size() == capacity) {
      makeRoom(capacity - Math.max(1, (int) (ROOM_SHARE * capacity)));
    }
    if (claim != Retention.Claim.NONE && resident.size() < capacity) {
      resident.add(file);
      written++;
      retention.onResident(keys[file], FILE_BYTES);
    }
    if (resident.size() > TierOptions.DEFAULT_HIGH * capacity && retention.evictsOwnFiles()) {
      makeRoom((int) (TierOptions.DEFAULT_LOW * capacity));
    }
    return false;
  }

  long key(int file) {
    return keys[file];
  }

  private void makeRoom(int wanted) {
    int over = resident.size() - wanted;
    retention.chooseVictims(
        over * FILE_BYTES,
        FILE_BYTES * resident.size(),
        to -> resident.forEach(file -> to.file(keys[file], FILE_BYTES)),
        key -> resident.remove(files.get(key)));
    while (resident.size() > wanted) {
      int coldest = resident.iterator().next();
      resident.remove(coldest);
      retention.onGone(keys[coldest]);
    }
  }

  @Override
  public long written() {
    return written;
  }
}

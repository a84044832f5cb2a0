package io.forebay.plan;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.agrona.collections.Long2LongHashMap;

/**
 * The reads that one job announced and has not done, in their order, and the next of each file. Not
 * thread-safe.
 */
final class JobPlan {

  /** Bounds the memory, to about 60 bytes each; what is announced beyond is not taken note of. */
  private static final int MOST = 1 << 20;

  private static final int NONE = -1;

  /** Before a speed was seen. */
  private static final double USUAL_NANOS_PER_READ = 1e6;

  /** Over so long a job's speed is averaged, for what it says may be of very few reads. */
  private static final double AVERAGED_NANOS = 2e9;

  /** Who does not go on for so long, and so many times as long as usual, pauses. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int PAUSE_STEPS = 3;

  private static final double STEP_WEIGHT = 0.25;

  // A ring: number n of all that were announced is at n modulo the length, a power of two.
  private long[] positions = new long[1024];
  private long[] keys = new long[1024];

  /** The number of the next read of the same file, or NONE. */
  private long[] later = new long[1024];

  private long first;
  private long end;

  /** The number of the next read of each file. */
  private final Long2LongHashMap next = new Long2LongHashMap(NONE);

  private long last = -1;
  private long done;
  private long heardNanos;
  private long movedNanos;

  // Of the latest time, and of all before less and less.
  private double seenNanos;
  private double seenReads;

  private double usualStepNanos;
  private double nanosPerRead = USUAL_NANOS_PER_READ;

  JobPlan(long nowNanos) {
    heardNanos = nowNanos;
    movedNanos = nowNanos;
  }

  /**
   * @param planned hears the files of the update
   * @param read hears the files whose reads are done
   */
  void update(PlanUpdate update, long nowNanos, LongConsumer planned, LongConsumer read) {
    heardNanos = nowNanos;
    for (PlanUpdate.Read coming : update.reads()) {
      if (end - first < MOST && coming.position() > last) {
        last = coming.position();
        append(coming.position(), coming.key());
        planned.accept(coming.key());
      }
    }
    long reads = update.done() - done;
    if (reads <= 0) {
      return;
    }
    if (done > 0) {
      long nanos = nowNanos - movedNanos;
      double kept = AVERAGED_NANOS / (AVERAGED_NANOS + nanos);
      seenNanos = kept * seenNanos + nanos;
      seenReads = kept * seenReads + reads;
      nanosPerRead = seenNanos / seenReads;
      usualStepNanos += STEP_WEIGHT * (nanos - usualStepNanos);
    }
    movedNanos = nowNanos;
    done = update.done();
    while (first < end && positions[at(first)] < done) {
      read.accept(removeFirst());
    }
  }

  private void append(long position, long key) {
    if (end - first == keys.length) {
      grow();
    }
    positions[at(end)] = position;
    keys[at(end)] = key;
    later[at(end)] = NONE;
    long before = next.get(key);
    if (before == NONE) {
      next.put(key, end);
    } else {
      while (later[at(before)] != NONE) {
        before = later[at(before)];
      }
      later[at(before)] = end;
    }
    end++;
  }

  private long removeFirst() {
    long key = keys[at(first)];
    long after = later[at(first)];
    if (after == NONE) {
      next.remove(key);
    } else {
      next.put(key, after);
    }
    first++;
    return key;
  }

  private void grow() {
    positions = widened(positions);
    later = widened(later);
    keys = widened(keys);
  }

  private long[] widened(long[] ring) {
    long[] wide = new long[2 * ring.length];
    for (long number = first; number < end; number++) {
      wide[(int) number & (wide.length - 1)] = ring[(int) number & (ring.length - 1)];
    }
    return wide;
  }

  private int at(long number) {
    return (int) number & (keys.length - 1);
  }

  /**
   * When a file is read next, at the job's speed. A job that pauses is expected to do so for as
   * long as it has.
   *
   * @return {@link Plans#UNKNOWN} when it is not announced
   */
  long nextUse(long key, long now) {
    return use(next.get(key), now);
  }

  /** When a file is read for the second time from now on, as {@link #nextUse} tells it. */
  long useAfterNext(long key, long now) {
    long number = next.get(key);
    return number == NONE ? Plans.UNKNOWN : use(later[at(number)], now);
  }

  private long use(long number, long now) {
    if (number == NONE) {
      return Plans.UNKNOWN;
    }
    return (isPausing(now) ? now + (now - movedNanos) : movedNanos)
        + (long) ((positions[at(number)] - done) * nanosPerRead);
  }

  /** Whether it has not gone on for longer than it usually takes from one step to the next. */
  boolean isPausing(long now) {
    return now - movedNanos > Math.max(PAUSE_NANOS, (long) (PAUSE_STEPS * usualStepNanos));
  }

  /** Counts the reads that were announced; the next of a file that has one. */
  long nextNumber(long key) {
    return next.get(key);
  }

  long lastUpdateNanos() {
    return heardNanos;
  }
}

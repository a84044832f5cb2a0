package io.forebay.store.plan;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.agrona.collections.Long2LongHashMap;

/**
 * The announced reads of a data set's jobs. A job that is not heard of for long has no plan any
 * more, so one that died keeps nobody's files out. Thread-safe.
 */
public final class Plans {

  /** The use of a file that nobody announced: after all that are. */
  public static final long UNKNOWN = Long.MAX_VALUE / 4;

  private static final long LAPSE_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** A read that is due by then may be the one that is under way. */
  private static final long UNDER_WAY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  /** Files that are remembered as read; their memory is about 30 bytes each. */
  private static final int MOST_SPENT = 1 << 20;

  private final LongSupplier nanoTime;
  private final Map<Long, JobPlan> jobs = new HashMap<>();

  /** When files were read whose next use is unknown, as a number that grows. */
  private final Long2LongHashMap spent = new Long2LongHashMap(0);

  private long reads;
  private volatile boolean empty = true;

  public Plans() {
    this(System::nanoTime);
  }

  /**
   * @param nanoTime the clock
   */
  public Plans(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Takes note of what a job says.
   *
   * @return files that it has read since
   */
  public synchronized long[] update(PlanUpdate update) {
    LongStream.Builder read = LongStream.builder();
    if (update.isOver()) {
      jobs.remove(update.job());
    } else {
      long now = nanoTime.getAsLong();
      jobs.computeIfAbsent(update.job(), j -> new JobPlan(now))
          .update(
              update,
              now,
              spent::remove,
              key -> {
                done(key);
                read.add(key);
              });
    }
    dropLapsed();
    return read.build().toArray();
  }

  private void done(long key) {
    if (next(key, Long.MIN_VALUE) == UNKNOWN) {
      if (spent.size() == MOST_SPENT) {
        spent.clear();
      }
      spent.put(key, ++reads);
    }
  }

  private void dropLapsed() {
    long now = nanoTime.getAsLong();
    jobs.values().removeIf(job -> now - job.heardNanos() > LAPSE_NANOS);
    empty = jobs.isEmpty();
    if (empty) {
      spent.clear();
    }
  }

  /** Whether a job has a plan. */
  public synchronized boolean knows(long job) {
    return jobs.containsKey(job);
  }

  /** The clock of all uses. */
  public long now() {
    return nanoTime.getAsLong();
  }

  /** Whether no job has a plan. */
  public boolean isEmpty() {
    return empty;
  }

  /** Jobs with a plan. */
  public synchronized int jobs() {
    dropLapsed();
    return jobs.size();
  }

  /**
   * When a file is expected to be read next, by any job: nanoseconds of the clock. Files that
   * nobody announced come after all others, those that were read lately last, for in epochs
   * whatever was read last is read again last.
   */
  public synchronized long nextUse(long key) {
    return ranked(key, Long.MIN_VALUE);
  }

  /**
   * Names the read of a file that comes next: another name means that it was done.
   *
   * @return 0 when none is announced
   */
  public synchronized long nextRead(long key) {
    long soonest = UNKNOWN;
    long name = 0;
    for (Map.Entry<Long, JobPlan> job : jobs.entrySet()) {
      long use = job.getValue().nextUse(key, Long.MIN_VALUE);
      if (use < soonest) {
        soonest = use;
        name = job.getKey() + job.getValue().nextNumber(key) | 1;
      }
    }
    return name;
  }

  /** As {@link #nextUse}, without a read that may be under way. */
  public synchronized long useAfterNext(long key) {
    long after = ranked(key, nanoTime.getAsLong() + UNDER_WAY_NANOS);
    // Once it is read, nobody will have read anything later.
    return after >= UNKNOWN ? Long.MAX_VALUE : after;
  }

  private long ranked(long key, long notBefore) {
    long use = next(key, notBefore);
    return use == UNKNOWN ? UNKNOWN + spent.get(key) : use;
  }

  private long next(long key, long notBefore) {
    long soonest = UNKNOWN;
    for (JobPlan job : jobs.values()) {
      soonest = Math.min(soonest, job.nextUse(key, notBefore));
    }
    return soonest;
  }
}

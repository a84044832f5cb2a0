package io.forebay.plan;

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
      long now = now();
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
    expire();
    return read.build().toArray();
  }

  private void done(long key) {
    if (!nextRead(key).isAnnounced()) {
      if (spent.size() == MOST_SPENT) {
        spent.clear();
      }
      spent.put(key, ++reads);
    }
  }

  /** Forgets jobs that were silent for long; to be called now and then. */
  public synchronized void expire() {
    long now = now();
    jobs.values().removeIf(job -> now - job.lastUpdateNanos() > LAPSE_NANOS);
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
  synchronized int jobs() {
    return jobs.size();
  }

  /**
   * When a file is expected to be read next, by any job: nanoseconds of the clock. Files that
   * nobody announced come after all others, those that were read lately last, for in epochs
   * whatever was read last is read again last.
   */
  public synchronized long nextUse(long key) {
    return ranked(key, nextRead(key).nanos());
  }

  /** The read of a file that comes next, of all jobs. */
  public synchronized NextRead nextRead(long key) {
    long now = now();
    NextRead soonest = NextRead.NONE;
    for (Map.Entry<Long, JobPlan> job : jobs.entrySet()) {
      JobPlan plan = job.getValue();
      long use = plan.nextUse(key, now);
      if (use < soonest.nanos()) {
        long name = job.getKey() + plan.nextNumber(key) | 1;
        soonest = new NextRead(name, use, plan.isPausing(now));
      }
    }
    return soonest;
  }

  /**
   * As {@link #nextUse}, without the one read that is under way. Whoever else reads the file a
   * moment later counts.
   */
  public synchronized long useAfterNext(long key) {
    long now = now();
    long first = UNKNOWN;
    long second = UNKNOWN;
    for (JobPlan job : jobs.values()) {
      long use = job.nextUse(key, now);
      second = Math.min(second, Math.max(use, first));
      second = Math.min(second, job.useAfterNext(key, now));
      first = Math.min(first, use);
    }
    boolean underWay = first <= now + UNDER_WAY_NANOS;
    long after = ranked(key, underWay ? second : first);
    // Once it is read, nobody will have read anything later.
    return after >= UNKNOWN ? Long.MAX_VALUE : after;
  }

  private long ranked(long key, long use) {
    return use == UNKNOWN ? UNKNOWN + spent.get(key) : use;
  }
}

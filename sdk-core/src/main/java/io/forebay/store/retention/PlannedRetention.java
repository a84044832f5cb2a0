package io.forebay.store.retention;

import io.forebay.plan.Plans;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Keeps what is read again soonest, as far as jobs have announced their reads: Belady's optimum
 * with bypass, over the jobs of a data set together. Without plans another retention decides.
 */
final class PlannedRetention implements Retention {

  private final Retention otherwise;
  private final Plans plans;

  /** What was given up the last time, and when. */
  private volatile Cut cut = Cut.NONE;

  /**
   * Where those that stay end.
   *
   * @param use of the first that had to go, in nanoseconds after the cut; or as {@link
   *     Plans#nextUse} says it, where nobody announced it
   */
  private record Cut(long atNanos, long use) {

    static final Cut NONE = new Cut(0, Long.MAX_VALUE);

    /** Afterwards so much was read that another look may show files that are read later. */
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    boolean isBefore(long use, long now) {
      if (use >= Plans.UNKNOWN) {
        return use > this.use;
      }
      return now - atNanos < FRESH_NANOS && use - now > this.use;
    }
  }

  /**
   * The earliest use of those that claimed room since the last cut; nobody goes who is used before.
   */
  private final AtomicLong earliestClaim = new AtomicLong(Long.MAX_VALUE);

  /** A file that may go. */
  private record Candidate(long key, long bytes, long use) {}

  PlannedRetention(Retention otherwise, Plans plans) {
    this.otherwise = otherwise;
    this.plans = plans;
  }

  @Override
  public void onRead(long key, long residentBytes) {
    otherwise.onRead(key, residentBytes);
  }

  @Override
  public void onResident(long key, long bytes) {
    otherwise.onResident(key, bytes);
  }

  @Override
  public void onGone(long key) {
    otherwise.onGone(key);
  }

  @Override
  public boolean evictsOwnFiles() {
    return otherwise.evictsOwnFiles();
  }

  @Override
  public Claim claim(long key, boolean beingRead) {
    if (plans.isEmpty()) {
      cut = Cut.NONE;
      return otherwise.claim(key, beingRead);
    }
    long use = beingRead ? plans.useAfterNext(key) : plans.nextUse(key);
    if (cut.isBefore(use, plans.now())) {
      return Claim.NONE;
    }
    if (use >= Plans.UNKNOWN) {
      return Claim.FREE_ROOM;
    }
    earliestClaim.accumulateAndGet(use, Math::min);
    return Claim.ROOM;
  }

  @Override
  public void chooseVictims(long bytes, long heldBytes, Held held, LongConsumer victims) {
    if (plans.isEmpty()) {
      otherwise.chooseVictims(bytes, heldBytes, held, victims);
      return;
    }
    long claim = earliestClaim.getAndSet(Long.MAX_VALUE);
    long spared = claim == Long.MAX_VALUE ? Long.MIN_VALUE : claim;
    PriorityQueue<Candidate> last = new PriorityQueue<>(Comparator.comparingLong(Candidate::use));
    long[] sum = {0};
    held.forEach(
        (key, size) -> {
          long use = plans.nextUse(key);
          if (use > spared && (sum[0] < bytes || use > last.element().use)) {
            last.add(new Candidate(key, size, use));
            sum[0] += size;
            while (sum[0] - last.element().bytes >= bytes) {
              sum[0] -= last.remove().bytes;
            }
          }
        });
    long first = last.isEmpty() ? spared : last.element().use;
    long now = plans.now();
    cut = new Cut(now, first >= Plans.UNKNOWN ? first : first - now);
    last.forEach(file -> victims.accept(file.key));
  }

  @Override
  public String name() {
    return plans.isEmpty() ? otherwise.name() : "plan";
  }
}

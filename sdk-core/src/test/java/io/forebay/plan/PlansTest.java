package io.forebay.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PlansTest {

  private static final long MILLISECOND = 1_000_000;

  private long now = TimeUnit.HOURS.toNanos(1);
  private final Plans plans = new Plans(() -> now);

  private static PlanUpdate update(long job, long done, long first, long... keys) {
    List<PlanUpdate.Read> reads = new ArrayList<>();
    for (int i = 0; i < keys.length; i++) {
      reads.add(new PlanUpdate.Read(first + i, keys[i]));
    }
    return new PlanUpdate(job, done, reads);
  }

  @Test
  void theSoonestUseOfAnyJobCounts() {
    plans.update(update(1, 0, 0, 10, 11, 12));
    plans.update(update(2, 0, 0, 12, 13));
    assertThat(plans.nextUse(12)).isLessThan(plans.nextUse(11));
    assertThat(plans.nextUse(11)).isEqualTo(plans.nextUse(13));
    assertThat(plans.nextUse(99)).isGreaterThanOrEqualTo(Plans.UNKNOWN);
    assertThat(plans.jobs()).isEqualTo(2);
  }

  @Test
  void whatIsReadCountsNoMoreAndComesLastUntilItIsAnnouncedAgain() {
    plans.update(update(1, 0, 0, 10, 11, 10));
    plans.update(update(1, 1, 3));
    assertThat(plans.nextUse(11)).isLessThan(plans.nextUse(10)); // it comes a second time
    plans.update(update(1, 3, 3));
    assertThat(plans.nextUse(10)).isGreaterThan(Plans.UNKNOWN);
    assertThat(plans.nextUse(10)).as("read later").isGreaterThan(plans.nextUse(11));
    assertThat(plans.nextUse(99)).as("not read").isLessThan(plans.nextUse(11));
    plans.update(update(1, 3, 3, 10));
    assertThat(plans.nextUse(10)).isLessThan(Plans.UNKNOWN);
  }

  @Test
  void usesAreTimesAtTheSpeedOfTheirJob() {
    plans.update(update(1, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    plans.update(update(2, 1, 0, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31));
    for (int step = 2; step < 6; step++) {
      now += 100 * MILLISECOND;
      plans.update(update(1, step, 12));
      plans.update(update(2, 1 + (step - 1) * 2L, 12)); // twice as fast
    }
    assertThat(plans.nextUse(11) - now).isGreaterThan(plans.nextUse(31) - now);
  }

  @Test
  void aJobThatIsSilentOrOverHasNoPlan() {
    plans.update(update(1, 0, 0, 10));
    assertThat(plans.isEmpty()).isFalse();
    plans.update(PlanUpdate.end(1));
    assertThat(plans.isEmpty()).isTrue();
    plans.update(update(2, 0, 0, 10));
    now += TimeUnit.MINUTES.toNanos(2);
    plans.expire();
    assertThat(plans.jobs()).isZero();
    assertThat(plans.isEmpty()).isTrue();
  }

  @Test
  void aJobThatPausesAndSaysSoKeepsItsPlan() {
    plans.update(update(1, 0, 0, 10));
    for (int i = 0; i < 10; i++) {
      now += TimeUnit.SECONDS.toNanos(20);
      plans.update(update(1, 0, 1));
    }
    assertThat(plans.nextUse(10)).isLessThan(Plans.UNKNOWN);
  }

  @Test
  void aJobThatPausesIsExpectedToDoSoForAsLongAsItHas() {
    plans.update(update(1, 0, 0, 10, 11));
    now += TimeUnit.SECONDS.toNanos(30);
    plans.update(update(2, 0, 0, 12));
    assertThat(plans.nextUse(10)).isEqualTo(now + TimeUnit.SECONDS.toNanos(30));
    assertThat(plans.nextRead(10).pausing()).isTrue();
    assertThat(plans.nextRead(12).pausing()).isFalse();
    assertThat(plans.nextUse(11)).isGreaterThan(plans.nextUse(10));
  }

  @Test
  void whoReadsAFileAMomentAfterAnotherJobCounts() {
    long[] others = LongStream.range(100, 150).toArray();
    plans.update(update(1, 0, 0, 10));
    plans.update(update(2, 0, 0, others));
    plans.update(update(2, 0, 50, 10));
    assertThat(plans.useAfterNext(10)).isEqualTo(now + 50 * MILLISECOND);
    assertThat(plans.useAfterNext(100)).isGreaterThan(Plans.UNKNOWN);
  }

  @Test
  void aReadThatIsFarAwayIsNotTheOneUnderWay() {
    long[] others = LongStream.range(100, 1_100).toArray();
    plans.update(update(1, 0, 0, others));
    plans.update(update(1, 0, 1_000, 10));
    assertThat(plans.useAfterNext(10)).isEqualTo(now + 1_000 * MILLISECOND);
  }

  @Test
  void readsThatWereToldBeforeAreNotTakenTwice() {
    plans.update(update(1, 0, 0, 10, 11));
    plans.update(update(1, 0, 0, 10, 11));
    plans.update(update(1, 2, 2));
    assertThat(plans.nextUse(10)).isGreaterThanOrEqualTo(Plans.UNKNOWN);
  }

  @Test
  void aWindowThatMovesOverManyReadsIsRemembered() {
    Random random = new Random(1);
    List<Long> keys = new ArrayList<>();
    for (int done = 0; done < 20_000; done += 100) {
      long[] more = random.longs(Math.min(7_000, 120), 0, 3_000).toArray();
      plans.update(update(1, done, keys.size(), more));
      for (long key : more) {
        keys.add(key);
      }
      long key = random.nextInt(3_000);
      int next = keys.subList(Math.min(done, keys.size()), keys.size()).indexOf(key);
      assertThat(plans.nextUse(key) < Plans.UNKNOWN).isEqualTo(next >= 0);
    }
  }
}

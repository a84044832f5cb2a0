package io.forebay.dataset.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** All seeds are fixed, so what holds once holds always. */
class EpochOrderTest {

  private static final long BILLION = 1_000_000_000L;

  @Test
  void everySampleComesOnceAnEpoch() {
    for (int size = 0; size <= 600; size++) {
      for (int epoch = 0; epoch < 5; epoch++) {
        assertThat(EpochOrder.shuffled(size, 7, epoch).from(0).sorted().toArray())
            .isEqualTo(LongStream.range(0, size).toArray());
      }
    }
  }

  @Test
  void shardsComeFewAtATimeAndEachSampleOnce() {
    long[] samples = {10, 0, 25, 7, 0, 13, 40, 1};
    long[] starts = {0, 10, 10, 35, 42, 42, 55, 95};
    for (int together = 1; together <= 9; together++) {
      for (int epoch = 0; epoch < 20; epoch++) {
        EpochOrder order = EpochOrder.shardByShard(samples, together, 3, epoch);
        assertThat(order.from(0).sorted().toArray()).isEqualTo(LongStream.range(0, 96).toArray());
        List<Integer> shards = new ArrayList<>();
        order
            .from(0)
            .map(sample -> shardOf(sample, starts, samples))
            .forEach(shard -> shards.add((int) shard));
        if (together == 1) { // one after the other: no shard is come back to
          assertThat(shards.stream().distinct().toList())
              .hasSize(
                  (int)
                          IntStream.range(1, shards.size())
                              .filter(i -> !shards.get(i).equals(shards.get(i - 1)))
                              .count()
                      + 1);
        }
      }
    }
    assertThat(EpochOrder.shardByShard(samples, 2, 3, 0).from(0).toArray())
        .isNotEqualTo(EpochOrder.shardByShard(samples, 2, 3, 1).from(0).toArray());
    assertThat(EpochOrder.shardByShard(new long[0], 2, 3, 0).size()).isZero();
  }

  private static int shardOf(long sample, long[] starts, long[] samples) {
    return IntStream.range(0, starts.length)
        .filter(i -> sample >= starts[i] && sample < starts[i] + samples[i])
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aBillionSamplesTakeNoMemory() {
    EpochOrder order = EpochOrder.shuffled(BILLION, 1, 0);
    Set<Long> seen = new HashSet<>();
    for (long position = 0; position < BILLION; position += 10_007) {
      long sample = order.sample(position);
      assertThat(sample).isBetween(0L, BILLION - 1);
      assertThat(seen.add(sample)).isTrue();
    }
    EpochOrder largest = EpochOrder.shuffled(1L << 62, 1, 0);
    assertThat(largest.sample((1L << 62) - 1)).isBetween(0L, (1L << 62) - 1);
  }

  @Test
  void anOrderIsTheSameEverywhereAndInEveryVersion() {
    assertThat(EpochOrder.shuffled(10, 42, 3).from(0))
        .containsExactly(1L, 0L, 4L, 7L, 8L, 6L, 3L, 5L, 2L, 9L);
    assertThat(EpochOrder.shuffled(BILLION, 42, 3).from(BILLION - 3))
        .containsExactly(859175838L, 978486574L, 517206799L);
  }

  @Test
  void seedsAndEpochsMakeOrdersThatHaveNothingInCommon() {
    int size = 10_000;
    long[] order = EpochOrder.shuffled(size, 1, 0).from(0).toArray();
    for (EpochOrder other :
        List.of(
            EpochOrder.shuffled(size, 1, 1),
            EpochOrder.shuffled(size, 2, 0),
            EpochOrder.shuffled(size, 0, 1),
            EpochOrder.sequential(size))) {
      double correlation = correlation(order, other.from(0).toArray());
      assertThat(correlation).isCloseTo(0, within(4 / Math.sqrt(size)));
    }
    // Neighbours, too: in half of all places the next sample has a higher number.
    long rises = IntStream.range(1, size).filter(i -> order[i] > order[i - 1]).count();
    assertThat((double) rises).isCloseTo(size / 2.0, within(4 * Math.sqrt(size / 12.0)));
  }

  private static double correlation(long[] a, long[] b) {
    double mean = (a.length - 1) / 2.0;
    double product = 0;
    double square = 0;
    for (int i = 0; i < a.length; i++) {
      product += (a[i] - mean) * (b[i] - mean);
      square += (a[i] - mean) * (a[i] - mean);
    }
    return product / square;
  }

  @Test
  void everySampleIsAsLikelyAtEveryPosition() {
    for (int size : new int[] {2, 3, 7, 64, 100}) {
      int epochs = 400 * size;
      int[] counts = new int[size * size];
      for (int epoch = 0; epoch < epochs; epoch++) {
        EpochOrder order = EpochOrder.shuffled(size, 11, epoch);
        for (int position = 0; position < size; position++) {
          counts[position * size + (int) order.sample(position)]++;
        }
      }
      // Rows and columns have fixed sums.
      assertUniform(counts, 400, (size - 1.0) * (size - 1.0));
    }
  }

  @Test
  void everyOrderOfAFewSamplesIsAsLikely() {
    for (int size = 2; size <= 6; size++) {
      int orders = IntStream.rangeClosed(1, size).reduce(1, (a, b) -> a * b);
      Map<String, Integer> counts = new HashMap<>();
      for (int seed = 0; seed < 200 * orders; seed++) {
        counts.merge(
            Arrays.toString(EpochOrder.shuffled(size, seed, 0).from(0).toArray()), 1, Integer::sum);
      }
      assertThat(counts).hasSize(orders);
      assertUniform(counts.values().stream().mapToInt(i -> i).toArray(), 200, orders - 1.0);
    }
  }

  /** Pearson's test; four deviations from the mean of chi squared are rarer than 1 in 10,000. */
  private static void assertUniform(int[] counts, double expected, double freedom) {
    double chiSquared = 0;
    for (int count : counts) {
      chiSquared += (count - expected) * (count - expected) / expected;
    }
    assertThat(chiSquared)
        .isBetween(freedom - 4 * Math.sqrt(2 * freedom), freedom + 4 * Math.sqrt(2 * freedom) + 8);
  }

  @Test
  void ranksReadEverySampleOnceBetweenThem() {
    for (int world : new int[] {1, 2, 3, 7, 8}) {
      EpochOrder order = EpochOrder.shuffled(1_003, 5, 2);
      assertThat(together(world, rank -> order.shard(rank)))
          .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 1_003).boxed().toList());
      assertThat(together(world, rank -> order.near(rank, 16 * world, sample -> (int) sample % 5)))
          .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 1_003).boxed().toList());
      assertThat(order.droppedToMultipleOf(world).shard(new Rank(0, world)).size())
          .isEqualTo(1_003 / world);
      assertThat(together(world, rank -> order.repeatedToMultipleOf(world).shard(rank)))
          .hasSize((1_003 + world - 1) / world * world)
          .containsAll(LongStream.range(0, 1_003).boxed().toList());
    }
  }

  private interface Sharding {
    EpochOrder of(Rank rank);
  }

  private static List<Long> together(int world, Sharding sharding) {
    List<Long> all = new ArrayList<>();
    for (int number = 0; number < world; number++) {
      sharding.of(new Rank(number, world)).from(0).forEach(all::add);
    }
    return all;
  }

  @Test
  void anEpochGoesOnWhereItWasLeft() {
    EpochOrder order = EpochOrder.shuffled(1_000, 1, 1).near(new Rank(1, 2), 64, s -> (int) s % 2);
    long[] whole = order.from(0).toArray();
    assertThat(order.from(333).toArray()).isEqualTo(Arrays.copyOfRange(whole, 333, 500));
  }

  @Test
  void trainingStepsLearnFromTheSameSamplesWhoeverReadsThem() {
    EpochOrder order = EpochOrder.shuffled(1_000, 1, 1);
    for (int number = 0; number < 4; number++) {
      EpochOrder own = order.near(new Rank(number, 4), 64, sample -> (int) (sample * 31 % 4));
      for (long position = 0; position < own.size(); position++) {
        long batch = position / 16;
        assertThat(
                LongStream.range(batch * 64, Math.min(1_000, batch * 64 + 64)).map(order::sample))
            .contains(own.sample(position));
      }
    }
  }

  @Test
  void fewSamplesAreReadFromOtherNodes() {
    for (int ranks : new int[] {2, 4, 8}) {
      for (int batch : new int[] {256, 1_024}) {
        EpochOrder order = EpochOrder.shuffled(batch * 200L, 3, 1);
        // Spread as placement does, which has nothing to do with the order.
        EpochOrder spread = EpochOrder.shuffled(batch * 200L, 99, 0);
        SampleOwners owners = sample -> (int) (spread.sample(sample) % ranks);
        long remote = 0;
        for (int number = 0; number < ranks; number++) {
          int self = number;
          EpochOrder own = order.near(new Rank(number, ranks), batch, owners);
          assertThat(own.size()).isEqualTo(order.size() / ranks);
          remote += own.from(0).filter(sample -> owners.rankOf(sample) != self).count();
        }
        assertThat((double) remote / order.size())
            .isLessThan(1.1 * 0.40 * Math.sqrt((ranks - 1.0) / batch));
      }
    }
  }

  @Test
  void whoOwnsEverythingGetsNoMoreThanHisShare() {
    EpochOrder order = EpochOrder.sequential(100);
    assertThat(order.near(new Rank(0, 4), 20, sample -> 3).size()).isEqualTo(25);
    assertThat(order.near(new Rank(3, 4), 20, sample -> 3).from(0).limit(5))
        .containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(order.near(new Rank(0, 4), 20, sample -> SampleOwners.NOBODY).from(0).limit(5))
        .containsExactly(0L, 1L, 2L, 3L, 4L);
  }

  @Test
  void whatCannotBeSaysSo() {
    EpochOrder order = EpochOrder.sequential(5);
    assertThatThrownBy(() -> order.shard(new Rank(0, 8)))
        .hasMessageContaining("8 ranks for 5 samples");
    assertThat(order.repeatedToMultipleOf(8).shard(new Rank(7, 8)).from(0)).containsExactly(2L);
    assertThatThrownBy(() -> order.near(new Rank(0, 2), 3, s -> 0))
        .hasMessageContaining("multiple");
    assertThatThrownBy(() -> new Rank(2, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> order.sample(5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> EpochOrder.shuffled(-1, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EpochOrder.sequential(0).repeatedToMultipleOf(2).shard(new Rank(0, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

package io.forebay.dataset.epoch;

import java.util.Arrays;
import java.util.Objects;

/**
 * An order for samples that lie in shards: the shards come in random order, a few at a time, and
 * the samples of those are shuffled among each other. Takes memory for the number of shards, not of
 * samples. Immutable to look at; thread-safe.
 */
public final class ShardByShard implements EpochOrder {

  private final int[] shards;
  private final long[] starts;
  private final int together;
  private final long seed;
  private final long epoch;

  /** Of each group of shards, the position behind its last sample. */
  private final long[] ends;

  /** The group that was asked for last: the next question is likely to be about it. */
  private volatile Group latest;

  private record Group(int number, EpochOrder order) {}

  /**
   * @param samples of each shard
   * @param together shards that are shuffled among each other
   */
  ShardByShard(long[] samples, int together, long seed, long epoch) {
    if (together < 1) {
      throw new IllegalArgumentException(together + " shards at a time");
    }
    this.together = together;
    this.seed = seed;
    this.epoch = epoch;
    starts = new long[samples.length + 1];
    for (int i = 0; i < samples.length; i++) {
      starts[i + 1] = Math.addExact(starts[i], samples[i]);
    }
    EpochOrder order = EpochOrder.shuffled(samples.length, seed, epoch);
    shards = new int[samples.length];
    Arrays.setAll(shards, i -> (int) order.sample(i));
    ends = new long[(samples.length + together - 1) / together];
    long end = 0;
    for (int i = 0; i < shards.length; i++) {
      end += samples[shards[i]];
      ends[i / together] = end;
    }
    latest = group(0);
  }

  private Group group(int number) {
    long size = ends.length == 0 ? 0 : ends[number] - start(number);
    return new Group(number, EpochOrder.shuffled(size, seed + 1 + number, epoch));
  }

  private long start(int group) {
    return group == 0 ? 0 : ends[group - 1];
  }

  /** The order in which the shards come. */
  public EpochOrder shards() {
    return new EpochOrder() {
      @Override
      public long size() {
        return shards.length;
      }

      @Override
      public long sample(long position) {
        return shards[Objects.checkIndex((int) position, shards.length)];
      }
    };
  }

  /**
   * How many shards are done with at a position: all samples of as many, in the order of {@link
   * #shards}, come before it.
   */
  public int shardsBefore(long position) {
    return groupAt(position) * together;
  }

  @Override
  public long size() {
    return starts[starts.length - 1];
  }

  private int groupAt(long position) {
    Objects.checkIndex(position, size());
    int found = Arrays.binarySearch(ends, position + 1);
    int number = found < 0 ? -found - 1 : found;
    while (number > 0 && ends[number - 1] > position) {
      number--; // groups without samples have the same end
    }
    return number;
  }

  @Override
  public long sample(long position) {
    int number = groupAt(position);
    Group group = latest;
    if (group.number != number) {
      group = group(number);
      latest = group;
    }
    long left = group.order.sample(position - start(number));
    int shard = number * together;
    while (left >= samples(shards[shard])) {
      left -= samples(shards[shard++]);
    }
    return starts[shards[shard]] + left;
  }

  private long samples(int shard) {
    return starts[shard + 1] - starts[shard];
  }
}

package io.forebay.dataset.epoch;

import java.util.stream.LongStream;

/**
 * Which sample stands where in an epoch. Takes the same few bytes for ten samples and for 10^12,
 * and any position can be asked for, so going on in the middle of an epoch is {@link #from}.
 *
 * <p>Orders are made of one another. What one rank of eight reads, each sample once an epoch:
 *
 * <pre>{@code
 * EpochOrder.shuffled(samples, seed, epoch).shard(new Rank(3, 8))
 * }</pre>
 *
 * <p>Implementations are immutable to look at, and thread-safe.
 */
public interface EpochOrder {

  /** Positions. */
  long size();

  /**
   * The number of the sample at a position.
   *
   * @param position from 0 to {@link #size()}, exclusive
   * @throws IndexOutOfBoundsException for another position
   */
  long sample(long position);

  /** All samples from a position on. */
  default LongStream from(long position) {
    return LongStream.range(position, size()).map(this::sample);
  }

  /** The samples as they are numbered, from 0. */
  static EpochOrder sequential(long samples) {
    return new Sequential(samples);
  }

  /**
   * A random order: another for each seed and for each epoch, and the same on all machines.
   *
   * @param samples up to 2^62
   */
  static EpochOrder shuffled(long samples, long seed, long epoch) {
    return new Shuffled(samples, seed, epoch);
  }

  /**
   * A random order of samples that lie in shards, which reads few shards at a time: the shards come
   * in random order, and the samples of a few of them are shuffled among each other.
   *
   * @param samples of each shard; they are numbered shard after shard
   * @param together shards that are mixed: 1 goes through one after the other, all of them is
   *     {@link #shuffled}'s randomness
   */
  static ShardByShard shardByShard(long[] samples, int together, long seed, long epoch) {
    return new ShardByShard(samples, together, seed, epoch);
  }

  /** Without the last positions, so that each of the ranks gets the same number. */
  default EpochOrder droppedToMultipleOf(int ranks) {
    return new Resized(this, size() - size() % ranks);
  }

  /** The first samples come again at the end, so that each of the ranks gets the same number. */
  default EpochOrder repeatedToMultipleOf(int ranks) {
    return new Resized(this, (size() + ranks - 1) / ranks * ranks);
  }

  /**
   * What one rank reads: every so many-th position. Together all ranks read each position once; the
   * first ranks may have one more.
   *
   * @throws IllegalArgumentException when there are more ranks than positions
   */
  default EpochOrder shard(Rank rank) {
    return new Shard(this, rank);
  }

  /**
   * What one rank reads if each prefers what lies on its node. Within each global batch samples are
   * exchanged between ranks, so what a training step learns from is the same as with {@link
   * #shard}, and each rank has as many; with owners of equal shares, about 0.4 sqrt((ranks - 1) /
   * batch) of the samples remain that are read from another node.
   *
   * @param batch samples of all ranks in one training step, a multiple of their number
   * @param owners where samples lie; must say the same at all ranks for the whole epoch
   * @throws IllegalArgumentException when the batch is no multiple, or there are more ranks than
   *     positions
   */
  default EpochOrder near(Rank rank, int batch, SampleOwners owners) {
    return new LocalityOrder(this, rank, batch, owners);
  }
}

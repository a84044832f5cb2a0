package io.forebay.djl;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;
import io.forebay.dataset.epoch.EpochOrder;
import io.forebay.dataset.epoch.Rank;
import io.forebay.dataset.epoch.SampleOwners;
import io.forebay.dataset.epoch.ShardByShard;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Samples in an order that is known in advance, another one in each epoch: data sets of this
 * package then fetch ahead through the ends of epochs. Each call of {@link #sample} is an epoch.
 * Takes no memory for the order. Thread-safe.
 */
public final class EpochSampler implements Sampler {

  private final Builder settings;
  private long epoch;

  private EpochSampler(Builder builder) {
    settings = builder;
    epoch = builder.firstEpoch;
  }

  /**
   * @param batchSize samples of this rank in a training step
   * @param seed must be the same for all ranks
   */
  public static Builder shuffled(int batchSize, long seed) {
    return new Builder(batchSize, seed);
  }

  /**
   * For samples in shards, as a {@link ShardFolder} has them: shards come in random order, and the
   * samples of a few are shuffled among each other, so that few shards are read at a time.
   *
   * @param batchSize samples of this rank in a training step
   * @param seed must be the same for all ranks
   * @param together shards that are mixed; all ranks read of the same
   */
  public static Builder shardByShard(int batchSize, long seed, int together) {
    if (together < 1) {
      throw new IllegalArgumentException(together + " shards at a time");
    }
    Builder builder = new Builder(batchSize, seed);
    builder.together = together;
    return builder;
  }

  /** Whether the shards of a data set come one after the other. */
  boolean isShardByShard() {
    return settings.together > 0;
  }

  /**
   * The order of an epoch.
   *
   * @param number of the epoch, from 0
   */
  EpochOrder order(RandomAccessDataset dataSet, long number) {
    EpochOrder all =
        isShardByShard()
            ? shards(dataSet, number)
            : EpochOrder.shuffled(dataSet.size(), settings.seed, number);
    Rank rank = settings.rank;
    if (rank.of() == 1) {
      return all;
    }
    EpochOrder even = all.repeatedToMultipleOf(rank.of());
    return settings.nodes.isEmpty()
        ? even.shard(rank)
        : even.near(rank, settings.batchSize * rank.of(), owners(dataSet));
  }

  private SampleOwners owners(RandomAccessDataset dataSet) {
    if (!(dataSet instanceof ImageFolder folder)) {
      throw new IllegalArgumentException("near(...) needs an ImageFolder");
    }
    return folder.owners(settings.nodes);
  }

  /** The order of all ranks. */
  ShardByShard shards(RandomAccessDataset dataSet, long number) {
    if (!(dataSet instanceof ShardFolder folder)) {
      throw new IllegalArgumentException(
          "an order shard by shard needs a ShardFolder; use EpochSampler.shuffled");
    }
    return EpochOrder.shardByShard(
        folder.samplesOfShards(), settings.together, settings.seed, number);
  }

  /** How many shards this rank is done with before a read; both are counted over all epochs. */
  long shardsBefore(RandomAccessDataset dataSet, long read) {
    long epochSize = order(dataSet, 0).size();
    ShardByShard shards = shards(dataSet, read / epochSize);
    long position = read % epochSize * settings.rank.of() + settings.rank.number();
    return read / epochSize * shards.shards().size()
        + shards.shardsBefore(Math.min(position, shards.size() - 1));
  }

  int epochs() {
    return settings.epochs;
  }

  /** The epoch that began last begins once more. */
  synchronized void again() {
    epoch--;
  }

  /** Whether another epoch is expected. */
  synchronized boolean hasNext() {
    return epoch < settings.epochs;
  }

  /** The number of the read that the next call of {@link #sample} begins with. */
  synchronized long nextRead(RandomAccessDataset dataSet) {
    return epoch * order(dataSet, 0).size() + startOf(epoch);
  }

  private long startOf(long number) {
    return number == settings.firstEpoch ? settings.firstSample : 0;
  }

  @Override
  public synchronized Iterator<List<Long>> sample(RandomAccessDataset dataSet) {
    EpochOrder order = order(dataSet, epoch);
    long start = startOf(epoch);
    epoch++;
    return new Iterator<>() {
      private long at = start;

      @Override
      public boolean hasNext() {
        return settings.dropLast ? at + settings.batchSize <= order.size() : at < order.size();
      }

      @Override
      public List<Long> next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        List<Long> batch = new ArrayList<>();
        for (long end = Math.min(order.size(), at + settings.batchSize); at < end; at++) {
          batch.add(order.sample(at));
        }
        return batch;
      }
    };
  }

  @Override
  public int getBatchSize() {
    return settings.batchSize;
  }

  /** Settings of an {@link EpochSampler}. */
  public static final class Builder {

    private final int batchSize;
    private final long seed;
    private Rank rank = new Rank(0, 1);
    private int epochs = 1 << 20;
    private long firstEpoch;
    private long firstSample;
    private boolean dropLast;
    private int together;
    private List<String> nodes = List.of();

    private Builder(int batchSize, long seed) {
      if (batchSize < 1) {
        throw new IllegalArgumentException("a batch of " + batchSize + " samples");
      }
      this.batchSize = batchSize;
      this.seed = seed;
    }

    /** Which part of each epoch this process trains on; each sample once, or all of it. */
    public Builder rank(Rank which) {
      this.rank = which;
      return this;
    }

    /**
     * Has each rank read what lies on its own node, as far as its share of a batch goes. What all
     * ranks learn from in a step stays the same.
     *
     * @param nodes names of the cache servers beside the ranks, in their order; all ranks must name
     *     the same, and see the same servers
     */
    public Builder near(List<String> nodes) {
      this.nodes = List.copyOf(nodes);
      return this;
    }

    /** After how many epochs nothing more is read or fetched ahead. */
    public Builder epochs(int count) {
      this.epochs = count;
      return this;
    }

    /**
     * Where a training goes on.
     *
     * @param number of the epoch, from 0
     * @param sample how many this rank has read of it
     */
    public Builder from(long number, long sample) {
      this.firstEpoch = number;
      this.firstSample = sample;
      return this;
    }

    /** Leaves out a last batch that is not full. */
    public Builder dropLast() {
      this.dropLast = true;
      return this;
    }

    /**
     * @throws IllegalArgumentException when there are not as many nodes as ranks
     */
    public EpochSampler build() {
      if (!nodes.isEmpty() && nodes.size() != rank.of()) {
        throw new IllegalArgumentException(nodes.size() + " nodes for " + rank.of() + " ranks");
      }
      return new EpochSampler(this);
    }
  }
}

package io.forebay.djl;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;
import io.forebay.dataset.epoch.EpochOrder;
import io.forebay.dataset.epoch.Rank;
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
   * The order of an epoch.
   *
   * @param samples of the data set
   * @param number of the epoch, from 0
   */
  EpochOrder order(long samples, long number) {
    EpochOrder all = EpochOrder.shuffled(samples, settings.seed, number);
    return settings.rank.of() == 1
        ? all
        : all.repeatedToMultipleOf(settings.rank.of()).shard(settings.rank);
  }

  int epochs() {
    return settings.epochs;
  }

  /** The number of the read that the next call of {@link #sample} begins with. */
  synchronized long nextRead(long samples) {
    return epoch * order(samples, 0).size() + startOf(epoch);
  }

  private long startOf(long number) {
    return number == settings.firstEpoch ? settings.firstSample : 0;
  }

  @Override
  public synchronized Iterator<List<Long>> sample(RandomAccessDataset dataSet) {
    EpochOrder order = order(dataSet.size(), epoch);
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

    /** After how many epochs nothing more is fetched ahead. */
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

    public EpochSampler build() {
      return new EpochSampler(this);
    }
  }
}

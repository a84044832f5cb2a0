package io.forebay.samples.quickstart;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/** A new shuffle for each epoch, the same for everyone with the same seed. */
final class EpochOrder implements Sampler.SubSampler {

  private final long seed;
  private int epoch;

  EpochOrder(long seed) {
    this.seed = seed;
  }

  @Override
  public Iterator<Long> sample(RandomAccessDataset dataSet) {
    List<Long> order = new ArrayList<>();
    for (long i = 0; i < dataSet.size(); i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed * 31 + epoch++));
    return order.iterator();
  }
}

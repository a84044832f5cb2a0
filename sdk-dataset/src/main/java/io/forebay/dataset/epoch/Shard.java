package io.forebay.dataset.epoch;

import java.util.Objects;

/** A rank's positions when they are dealt in turn. */
record Shard(EpochOrder order, Rank rank) implements EpochOrder {

  Shard {
    rank.requireWork(order.size());
  }

  @Override
  public long size() {
    return rank.share(order.size());
  }

  @Override
  public long sample(long position) {
    return order.sample(Objects.checkIndex(position, size()) * rank.of() + rank.number());
  }
}

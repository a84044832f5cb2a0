package io.forebay.dataset.epoch;

import java.util.Objects;

/** An order that is cut off, or begins anew, at its end. */
record Resized(EpochOrder order, long size) implements EpochOrder {

  Resized {
    if (size > 0 && order.size() == 0) {
      throw new IllegalArgumentException("no samples to repeat");
    }
  }

  @Override
  public long sample(long position) {
    return order.sample(Objects.checkIndex(position, size) % order.size());
  }
}

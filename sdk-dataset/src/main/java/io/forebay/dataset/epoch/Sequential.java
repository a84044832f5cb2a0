package io.forebay.dataset.epoch;

import java.util.Objects;

/** Samples as they are numbered. */
record Sequential(long size) implements EpochOrder {

  Sequential {
    if (size < 0) {
      throw new IllegalArgumentException("a data set of " + size + " samples");
    }
  }

  @Override
  public long sample(long position) {
    return Objects.checkIndex(position, size);
  }
}

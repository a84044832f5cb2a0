package io.forebay.understore.layer;

import io.forebay.spec.DataSetSpec;
import io.forebay.understore.RetryPolicy;
import io.forebay.understore.UnderStore;
import java.io.IOException;

/** Opens the under-stores of data sets for clients that ask them directly. */
public final class UnderStores {

  private UnderStores() {}

  /**
   * Opens the under-store of a data set, with retries. The store is not contacted.
   *
   * @throws IllegalArgumentException for an unknown scheme or a bad option
   */
  public static UnderStore open(DataSetSpec spec) throws IOException {
    return new RetryingUnderStore(connect(spec), RetryPolicy.DEFAULT);
  }

  /** As {@link #open}, without retries. */
  public static MountedUnderStore connect(DataSetSpec spec) throws IOException {
    return new MountedUnderStore(spec);
  }
}

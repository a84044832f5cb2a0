package io.forebay.understore;

import io.forebay.DataSetSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;

/** Opens under-stores by scheme, with the retries that all of them share. */
public final class UnderStores {

  private UnderStores() {}

  /**
   * Opens the under-store of a data set, with retries. The store is not contacted.
   *
   * @throws IllegalArgumentException for an unknown scheme or a bad option
   */
  public static UnderStore open(DataSetSpec spec) throws IOException {
    return withRetries(connect(spec));
  }

  /** Adds the retries that all stores share. */
  public static UnderStore withRetries(UnderStore store) {
    return new RetryingUnderStore(store, RetryPolicy.DEFAULT);
  }

  /** As {@link #open}, without retries. */
  public static UnderStore connect(DataSetSpec spec) throws IOException {
    String scheme = spec.root().getScheme().toLowerCase(Locale.ROOT);
    List<String> known = new ArrayList<>();
    for (UnderStoreProvider provider : ServiceLoader.load(UnderStoreProvider.class)) {
      if (provider.scheme().equals(scheme)) {
        return provider.open(spec.root(), spec.options());
      }
      known.add(provider.scheme() + ":");
    }
    throw new IllegalArgumentException(
        "no under-store for scheme '"
            + scheme
            + "' of "
            + spec.root()
            + "; known here: "
            + String.join(", ", known));
  }
}

package io.forebay.understore;

import io.forebay.spec.DataSetSpec;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;

/** Opens under-stores by scheme, with the retries that all of them share. */
public final class UnderStores {

  private static final List<UnderStoreProvider> PROVIDERS =
      ServiceLoader.load(UnderStoreProvider.class, UnderStores.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

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
  public static MountedUnderStore connect(DataSetSpec spec) throws IOException {
    return new MountedUnderStore(spec);
  }

  /**
   * @throws IllegalArgumentException when there is no under-store for the root's scheme
   */
  public static void requireKnown(URI root) {
    if (root.getScheme() == null) {
      throw new IllegalArgumentException(
          "'" + root + "' has no scheme; use for example oss://bucket/prefix or file:/directory");
    }
    provider(root);
  }

  static UnderStoreProvider provider(URI root) {
    String scheme = root.getScheme().toLowerCase(Locale.ROOT);
    TreeSet<String> known = new TreeSet<>();
    for (UnderStoreProvider provider : PROVIDERS) {
      if (provider.schemes().contains(scheme)) {
        return provider;
      }
      provider.schemes().forEach(s -> known.add(s + ":"));
    }
    throw new IllegalArgumentException(
        "no under-store for scheme '"
            + scheme
            + "' of "
            + root
            + "; known here: "
            + String.join(", ", known));
  }

  /** Without the options that are other stores', for a reader who has one set for all of them. */
  public static Map<String, String> optionsFor(URI root, Map<String, String> options) {
    UnderStoreProvider own = provider(root);
    Map<String, String> fitting = new HashMap<>(options);
    for (UnderStoreProvider other : PROVIDERS) {
      if (!other.equals(own)) {
        fitting.keySet().removeIf(key -> isOf(other, key) && !isOf(own, key));
      }
    }
    return fitting;
  }

  private static boolean isOf(UnderStoreProvider provider, String option) {
    return provider.optionPrefixes().stream().anyMatch(option::startsWith);
  }
}

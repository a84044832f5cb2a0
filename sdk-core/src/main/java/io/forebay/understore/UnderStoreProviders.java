package io.forebay.understore;

import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;

/** The under-stores that this process can open, by the schemes of their roots. */
public final class UnderStoreProviders {

  private static final List<UnderStoreProvider> ALL =
      ServiceLoader.load(UnderStoreProvider.class, UnderStoreProviders.class.getClassLoader())
          .stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private UnderStoreProviders() {}

  /**
   * @throws IllegalArgumentException when there is no under-store for the root's scheme
   */
  public static void requireKnown(URI root) {
    if (root.getScheme() == null) {
      throw new IllegalArgumentException(
          "'" + root + "' has no scheme; use for example oss://bucket/prefix or file:/directory");
    }
    of(root);
  }

  /**
   * The provider of a root's scheme.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static UnderStoreProvider of(URI root) {
    String scheme = root.getScheme().toLowerCase(Locale.ROOT);
    TreeSet<String> known = new TreeSet<>();
    for (UnderStoreProvider provider : ALL) {
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

  /**
   * Opens the tree below a root, without contacting the store.
   *
   * @throws IllegalArgumentException for a bad root or option, and for a store whose client library
   *     is not on the class path
   */
  public static UnderStore open(URI root, Map<String, String> options) throws IOException {
    UnderStoreProvider provider = of(root);
    try {
      return provider.open(root, options);
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          root.getScheme()
              + ": roots need a client library that is not on the class path; add io.forebay:"
              + provider.artifact()
              + " (type pom)",
          e);
    }
  }

  /** Without the options of other stores, for a caller that has one set for all of them. */
  public static Map<String, String> optionsFor(URI root, Map<String, String> options) {
    UnderStoreProvider own = of(root);
    Map<String, String> fitting = new HashMap<>(options);
    for (UnderStoreProvider other : ALL) {
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

package io.forebay.understore;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The options of one under-store, checked: an option that the store does not have is an error.
 * Messages name keys and what they may be; values only of options that are no secrets. For
 * implementations of {@link UnderStoreProvider}. Immutable.
 */
public final class StoreSettings {

  private final Map<String, String> values;

  private StoreSettings(Map<String, String> values) {
    this.values = values;
  }

  /**
   * @param store for messages, such as {@code oss://}
   * @param known every option that the store has
   * @param synonyms other names of some of them, as other products have them
   * @throws IllegalArgumentException for an unknown option, or two names of one with two values
   */
  public static StoreSettings of(
      String store, Set<String> known, Map<String, String> synonyms, Map<String, String> options) {
    Map<String, String> values = new HashMap<>();
    options.forEach(
        (given, value) -> {
          String key = synonyms.getOrDefault(given, given);
          if (!known.contains(key)) {
            throw new IllegalArgumentException(
                "unknown option '"
                    + given
                    + "' of "
                    + store
                    + " under-stores; known: "
                    + new TreeSet<>(known));
          }
          String before = values.put(key, value.strip());
          if (before != null && !before.equals(value.strip())) {
            throw new IllegalArgumentException(
                "the option " + key + " is set twice, under two names");
          }
        });
    return new StoreSettings(Map.copyOf(values));
  }

  /** Empty for what is not given, or blank. */
  public Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).filter(value -> !value.isEmpty());
  }

  /** A host or URL. Others are told of it, so keys in it are refused. */
  public Optional<String> address(String key) {
    Optional<String> address = text(key);
    if (address.isPresent() && address.get().contains("@")) {
      throw new IllegalArgumentException(
          key + " must not contain keys; give them in their own options, a file or a secret");
    }
    return address;
  }

  public String text(String key, String fallback) {
    return text(key).orElse(fallback);
  }

  /** A whole number within a range. */
  public int number(String key, int fallback, int least, int most) {
    String text = values.get(key);
    if (text == null) {
      return fallback;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, with the range.
    }
    throw new IllegalArgumentException(
        key + " is '" + text + "'; use a whole number from " + least + " to " + most);
  }

  /** True or false. */
  public boolean flag(String key, boolean fallback) {
    String text = values.get(key);
    if (text == null) {
      return fallback;
    }
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(key + " is '" + text + "'; use true or false");
    };
  }
}

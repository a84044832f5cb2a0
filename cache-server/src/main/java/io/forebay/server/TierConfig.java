package io.forebay.server;

import io.forebay.config.DataSize;
import io.forebay.store.Medium;
import io.forebay.store.TierOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The keys {@code tier.N.*} of a server's settings, by the names of Fluid's {@code
 * tieredstore.levels}.
 */
final class TierConfig {

  private static final String PREFIX = "tier.";
  private static final Set<String> KNOWN =
      Set.of("mediumtype", "path", "quota", "quotaList", "high", "low");

  private TierConfig() {}

  static boolean isKey(String key) {
    return key.startsWith(PREFIX);
  }

  /**
   * @param settings whose keys are {@link #isKey}
   * @return the tiers in the order of their numbers
   */
  static List<TierOptions> parse(Map<String, String> settings) {
    Map<Integer, Map<String, String>> byNumber = new TreeMap<>();
    settings.forEach(
        (key, value) -> {
          int dot = key.indexOf('.', PREFIX.length());
          String number = key.substring(PREFIX.length(), Math.max(dot, PREFIX.length()));
          if (!number.matches("\\d{1,2}") || !KNOWN.contains(key.substring(dot + 1))) {
            throw new IllegalArgumentException(
                "unknown key '" + key + "'; known: tier.N with one of " + new TreeSet<>(KNOWN));
          }
          byNumber
              .computeIfAbsent(Integer.valueOf(number), n -> new TreeMap<>())
              .put(key.substring(dot + 1), value);
        });
    List<TierOptions> tiers = new ArrayList<>();
    byNumber.forEach((number, tier) -> tiers.add(tier(PREFIX + number, tier)));
    return tiers;
  }

  private static TierOptions tier(String name, Map<String, String> tier) {
    try {
      List<String> paths = list(required(tier, "path"));
      List<Long> quotas =
          tier.containsKey("quotaList")
              ? list(tier.get("quotaList")).stream().map(q -> DataSize.parse(q).bytes()).toList()
              : evenly(DataSize.parse(required(tier, "quota")).bytes(), paths.size());
      if (quotas.size() != paths.size()) {
        throw new IllegalArgumentException(
            paths.size() + " paths need the same number of quotas, got " + quotas.size());
      }
      List<TierOptions.Directory> directories = new ArrayList<>();
      for (int i = 0; i < paths.size(); i++) {
        directories.add(
            new TierOptions.Directory(Path.of(paths.get(i)).toAbsolutePath(), quotas.get(i)));
      }
      return new TierOptions(
          medium(required(tier, "mediumtype")),
          directories,
          share(tier, "high").orElse(TierOptions.DEFAULT_HIGH),
          share(tier, "low").orElse(TierOptions.DEFAULT_LOW));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  /** As Fluid does it: the quota is for all paths together. */
  private static List<Long> evenly(long bytes, int paths) {
    return java.util.Collections.nCopies(paths, bytes / paths);
  }

  private static List<String> list(String text) {
    return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
  }

  private static String required(Map<String, String> tier, String key) {
    return Optional.ofNullable(tier.get(key))
        .orElseThrow(() -> new IllegalArgumentException("the key '" + key + "' is missing"));
  }

  private static Medium medium(String text) {
    try {
      return Medium.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "mediumtype must be one of " + Arrays.toString(Medium.values()) + ", not '" + text + "'",
          e);
    }
  }

  private static Optional<Double> share(Map<String, String> tier, String key) {
    try {
      return Optional.ofNullable(tier.get(key)).map(Double::valueOf);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          key + " must be a fraction such as 0.95, not '" + tier.get(key) + "'", e);
    }
  }
}

package io.forebay.config;

import io.forebay.spec.CachePolicy;
import io.forebay.spec.LocalCopy;
import io.forebay.spec.MetadataPolicy;
import io.forebay.spec.Retain;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads a {@link CachePolicy} from settings by name. */
public final class CachePolicies {

  private static final Set<String> KNOWN =
      Set.of(
          "cache.retain",
          "cache.guaranteed",
          "cache.local-copy",
          "cache.max",
          "cache.replicas",
          "cache.ttl",
          "limit.requests",
          "limit.bandwidth",
          "limit.hedge",
          "metadata.policy",
          "metadata.refresh");

  private CachePolicies() {}

  /** Whether a setting is meant to be one of a cache policy, known or not. */
  public static boolean isSetting(String key) {
    return key.startsWith("cache.") || key.startsWith("limit.") || key.startsWith("metadata.");
  }

  /**
   * @throws IllegalArgumentException beginning with the setting's name
   */
  public static CachePolicy parse(Map<String, String> settings) {
    for (String key : settings.keySet()) {
      if (!KNOWN.contains(key)) {
        throw new IllegalArgumentException(
            key + " is unknown; known settings: " + new TreeSet<>(KNOWN));
      }
    }
    CachePolicy usual = CachePolicy.DEFAULT;
    return new CachePolicy(
        Setting.of(settings, "cache.retain", CachePolicies::retain, usual.retain()),
        Setting.bytes(settings, "cache.guaranteed", usual.guaranteedBytes()),
        Setting.bytes(settings, "cache.max", usual.maxBytes()),
        Setting.of(settings, "cache.ttl", t -> Optional.of(Durations.parse(t)), usual.timeToLive()),
        Setting.of(settings, "limit.requests", CachePolicies::count, usual.maxRequests()),
        Setting.bytes(settings, "limit.bandwidth", usual.bytesPerSecond()),
        Setting.of(settings, "limit.hedge", CachePolicies::yesOrNo, usual.hedge()),
        Setting.of(settings, "cache.replicas", CachePolicies::count, usual.replicas()),
        Setting.of(settings, "cache.local-copy", CachePolicies::localCopy, usual.localCopy()),
        new MetadataPolicy(
            Setting.of(settings, "metadata.policy", CachePolicies::always, false),
            Setting.of(
                settings,
                "metadata.refresh",
                t -> Optional.of(Durations.parse(t)),
                Optional.empty())));
  }

  private static Retain retain(String text) {
    try {
      return Retain.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "must be one of auto, keep, frequency, not '" + text + "'", e);
    }
  }

  private static LocalCopy localCopy(String text) {
    try {
      return LocalCopy.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("must be one of none, hot, all, not '" + text + "'", e);
    }
  }

  private static boolean always(String text) {
    return switch (text.toUpperCase(Locale.ROOT)) {
      case "ONCE" -> false;
      case "ALWAYS" -> true;
      default -> throw new IllegalArgumentException("must be ONCE or ALWAYS, not '" + text + "'");
    };
  }

  private static boolean yesOrNo(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false, not '" + text + "'");
    };
  }

  private static int count(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a number", e);
    }
  }
}

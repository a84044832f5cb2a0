package io.forebay.config;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Takes one setting out of many. */
public final class Setting {

  private Setting() {}

  /**
   * @param fallback for a setting that is not there
   * @throws IllegalArgumentException what the parser says, behind the setting's name
   */
  public static <T> T of(
      Map<String, String> settings, String key, Function<String, T> parser, T fallback) {
    try {
      return Optional.ofNullable(settings.get(key)).map(parser).orElse(fallback);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
  }

  /** An amount of data in bytes. */
  public static long bytes(Map<String, String> settings, String key, long fallback) {
    return of(settings, key, DataSize::parse, new DataSize(fallback)).bytes();
  }
}

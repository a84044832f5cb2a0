package io.forebay.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as operators write them. */
public final class Durations {

  private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*([smhd])");

  private Durations() {}

  /**
   * Parses {@code 90s}, {@code 30m}, {@code 12h} or {@code 7d}.
   *
   * @throws IllegalArgumentException naming the text and the form
   */
  public static Duration parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration; use for example 90s, 30m, 12h or 7d");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }
}

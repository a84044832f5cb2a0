package io.forebay.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of data.
 *
 * @param bytes not negative
 */
public record DataSize(long bytes) {

  private static final Pattern FORM =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([KMGTPE]?)(i?)(B?)", Pattern.CASE_INSENSITIVE);

  /**
   * Parses {@code 512}, {@code 100MB} (powers of 1000) or {@code 4MiB}, {@code 4Mi} (powers of
   * 1024).
   *
   * @throws IllegalArgumentException naming the text and the form
   */
  public static DataSize parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no amount of data; use for example 512, 100MB or 4GiB");
    }
    String unit = matcher.group(2).toUpperCase(Locale.ROOT);
    int power = unit.isEmpty() ? 0 : "KMGTPE".indexOf(unit) + 1;
    int base = matcher.group(3).isEmpty() ? 1000 : 1024;
    return new DataSize((long) (Double.parseDouble(matcher.group(1)) * Math.pow(base, power)));
  }

  /** In the largest fitting power of 1000, such as {@code 1.5 GB}. */
  @Override
  public String toString() {
    double value = bytes;
    int power = 0;
    while (value >= 1000 && power < 4) {
      value /= 1000;
      power++;
    }
    return power == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, "%.1f %sB", value, "KMGT".charAt(power - 1));
  }
}

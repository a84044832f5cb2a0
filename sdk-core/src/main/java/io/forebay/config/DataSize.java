package io.forebay.config;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of data.
 *
 * @param bytes not negative
 */
public record DataSize(long bytes) {

  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

  private static final Pattern FORM =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([KMGTPE]?)(i?)((?-i)B?)", Pattern.CASE_INSENSITIVE);

  /**
   * Parses {@code 512}, {@code 100MB}, {@code 100M} (powers of 1000) or {@code 4MiB}, {@code 4Mi}
   * (powers of 1024). A lone {@code m} is refused: Kubernetes means a thousandth by it. So is
   * {@code b}, which means bits.
   *
   * @throws IllegalArgumentException naming the text and the form
   */
  public static DataSize parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not an amount of data; use for example 512, 100MB or 4GiB");
    }
    if (text.strip().endsWith("m")) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' means thousandths of a byte in Kubernetes; use for example 100M or 100Mi");
    }
    String unit = matcher.group(2).toUpperCase(Locale.ROOT);
    int power = unit.isEmpty() ? 0 : "KMGTPE".indexOf(unit) + 1;
    BigDecimal base = BigDecimal.valueOf(matcher.group(3).isEmpty() ? 1000 : 1024);
    BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(base.pow(power));
    if (bytes.compareTo(MOST) > 0) {
      throw new IllegalArgumentException("'" + text + "' is more than the maximum of 8 EiB");
    }
    return new DataSize(bytes.longValue());
  }

  /** In the largest fitting power of 1024, such as {@code 1.5 GiB}. */
  @Override
  public String toString() {
    double value = bytes;
    int power = 0;
    while (value >= 1024 && power < 6) {
      value /= 1024;
      power++;
    }
    return power == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, "%.1f %siB", value, "KMGTPE".charAt(power - 1));
  }
}

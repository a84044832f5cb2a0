package io.forebay.spec;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/**
 * Names a snapshot of a data set: the time at which its listing began, so that later ones are
 * greater and no two servers need to agree on a number.
 *
 * @param text such as {@code 20260131-142536-789}, UTC
 */
public record SnapshotId(String text) implements Comparable<SnapshotId> {

  private static final Pattern FORM = Pattern.compile("\\d{8}-\\d{6}-\\d{3}");

  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

  public SnapshotId {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a snapshot; snapshots have names like 20260131-142536-789");
    }
  }

  public static SnapshotId at(Instant time) {
    return new SnapshotId(FORMAT.format(time));
  }

  /** Whether a text has the form of such a name. */
  public static boolean isOne(String text) {
    return FORM.matcher(text).matches();
  }

  @Override
  public int compareTo(SnapshotId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}

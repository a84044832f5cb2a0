package io.forebay.spec;

import java.util.Optional;

/**
 * How readers call a data set: its name or root, or with {@code @} and a snapshot behind it.
 *
 * @param snapshot empty for the data set as it is
 */
public record SnapshotName(String dataSet, Optional<SnapshotId> snapshot) {

  public static SnapshotName parse(String called) {
    int at = called.lastIndexOf('@');
    if (at > 0 && SnapshotId.isOne(called.substring(at + 1))) {
      return new SnapshotName(
          called.substring(0, at), Optional.of(new SnapshotId(called.substring(at + 1))));
    }
    return new SnapshotName(called, Optional.empty());
  }

  /** With another name of the data set before the same snapshot. */
  public String of(String name) {
    return snapshot.map(s -> name + "@" + s).orElse(name);
  }
}

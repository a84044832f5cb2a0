package io.forebay.snapshot;

import io.forebay.Totals;
import java.time.Instant;

/**
 * What is known of a snapshot without reading its entries.
 *
 * @param files in it
 * @param bytes of all of them
 * @param directories that are empty, and known by their markers only
 * @param leftOut entries that can be no part of a data set, by their names or by what they are
 * @param createdMillis when its listing began, in milliseconds since 1970
 * @param unreadable entries that it lacks because they could not be read; of a directory, with all
 *     below it, one
 */
public record SnapshotInfo(
    long files, long bytes, long directories, long leftOut, long createdMillis, long unreadable) {

  /** Whether all but the time is the same. */
  boolean isSame(SnapshotInfo other) {
    return equals(
        new SnapshotInfo(
            other.files,
            other.bytes,
            other.directories,
            other.leftOut,
            createdMillis,
            other.unreadable));
  }

  public Totals totals() {
    return new Totals(files, bytes);
  }

  public Instant created() {
    return Instant.ofEpochMilli(createdMillis);
  }
}

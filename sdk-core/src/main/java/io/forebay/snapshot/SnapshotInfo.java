package io.forebay.snapshot;

import io.forebay.SnapshotRefusedException;
import io.forebay.Totals;
import io.forebay.spec.SnapshotTolerance;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

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

  /**
   * Refuses to take the place of the snapshot in use when it lacks too much.
   *
   * @param before the one in use
   */
  void requireAccepted(SnapshotTolerance acceptance, Optional<SnapshotInfo> before)
      throws SnapshotRefusedException {
    if (!acceptance.incomplete() && unreadable > 0) {
      throw new SnapshotRefusedException(
          String.format(
              Locale.ROOT,
              "the server cannot read %,d entries of the under-store (its log names them):"
                  + " give it the permission, or omit --strict",
              unreadable));
    }
    long filesBefore = before.map(SnapshotInfo::files).orElse(0L);
    if (!acceptance.shrunk() && files < filesBefore - files) {
      throw new SnapshotRefusedException(
          String.format(
              Locale.ROOT,
              "the under-store lists %,d files, but the snapshot in use has %,d and stays in use:"
                  + " check that the source is mounted; if the files were deleted, create"
                  + " a snapshot with --allow-shrink",
              files,
              filesBefore));
    }
  }

  public Totals totals() {
    return new Totals(files, bytes);
  }

  public Instant created() {
    return Instant.ofEpochMilli(createdMillis);
  }
}

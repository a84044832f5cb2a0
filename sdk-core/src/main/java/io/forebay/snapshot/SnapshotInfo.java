package io.forebay.snapshot;

import io.forebay.Totals;
import java.time.Instant;

/**
 * What is known of a snapshot without reading its entries.
 *
 * @param files in it
 * @param bytes of all of them
 * @param directories that are empty, and known by their markers only
 * @param leftOut objects whose names no path can have
 * @param createdMillis when its listing began, in milliseconds since 1970
 */
public record SnapshotInfo(
    long files, long bytes, long directories, long leftOut, long createdMillis) {

  public Totals totals() {
    return new Totals(files, bytes);
  }

  public Instant created() {
    return Instant.ofEpochMilli(createdMillis);
  }
}

package io.forebay;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * What is known of one file or directory of a data set.
 *
 * @param path relative to the data set's root, segments separated by {@code /}, no leading or
 *     trailing slash; the root itself is the empty string
 * @param directory whether this is a directory; then size, time and etag are 0, 1970 and empty
 * @param size in bytes
 * @param modified last change to the millisecond, as the under-store tells it; 1970 where it does
 *     not
 * @param etag the under-store's version tag without quotes; empty where the store has none
 */
public record FileStatus(String path, boolean directory, long size, Instant modified, String etag) {

  public FileStatus {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(etag, "etag");
    modified = modified.truncatedTo(ChronoUnit.MILLIS);
  }

  public static FileStatus file(String path, long size, Instant modified, String etag) {
    return new FileStatus(path, false, size, modified, etag);
  }

  /**
   * @param modifiedMillis in milliseconds since 1970
   */
  public static FileStatus file(String path, long size, long modifiedMillis, String etag) {
    return file(path, size, Instant.ofEpochMilli(modifiedMillis), etag);
  }

  public static FileStatus directory(String path) {
    return new FileStatus(path, true, 0, Instant.EPOCH, "");
  }

  /** Milliseconds since 1970, which identify a version where there is no etag. */
  public long modifiedMillis() {
    return modified.toEpochMilli();
  }

  /** The last segment of the path. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}

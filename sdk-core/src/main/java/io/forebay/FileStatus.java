package io.forebay;

import java.util.Objects;

/**
 * What is known of one file or directory of a data set.
 *
 * @param path relative to the data set's root, segments separated by {@code /}, no leading or
 *     trailing slash; the root itself is the empty string
 * @param directory whether this is a directory; then size, time and etag are 0, 0 and empty
 * @param size in bytes
 * @param modifiedMillis last change in milliseconds since 1970, as the under-store tells it
 * @param etag the under-store's version tag without quotes; empty where the store has none
 */
public record FileStatus(
    String path, boolean directory, long size, long modifiedMillis, String etag) {

  public FileStatus {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(etag, "etag");
  }

  public static FileStatus file(String path, long size, long modifiedMillis, String etag) {
    return new FileStatus(path, false, size, modifiedMillis, etag);
  }

  public static FileStatus directory(String path) {
    return new FileStatus(path, true, 0, 0, "");
  }

  /** The last segment of the path. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}

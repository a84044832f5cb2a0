package io.forebay.file;

import io.forebay.FileStatus;

/**
 * One immutable version of a file.
 *
 * @param dataSet the data set's name
 * @param status path, size and etag of the version
 * @param id the hash of all that
 */
public record FileVersion(String dataSet, FileStatus status, FileId id) {

  public static FileVersion of(String dataSet, FileStatus status) {
    return new FileVersion(dataSet, status, FileId.of(dataSet, status));
  }

  public String path() {
    return status.path();
  }

  /** In bytes. */
  public long size() {
    return status.size();
  }

  /** For messages: data set and path. */
  @Override
  public String toString() {
    return dataSet + "/" + status.path();
  }
}

package io.forebay.cli;

import io.forebay.FileStatus;

/** A file or directory as {@code ls} and {@code stat} print it in JSON. */
record Entry(String path, boolean directory, long size, long modifiedMillis, String etag) {

  static Entry of(FileStatus status) {
    return new Entry(
        status.path(), status.directory(), status.size(), status.modifiedMillis(), status.etag());
  }
}

package io.forebay.wire;

import io.forebay.FileStatus;

/**
 * A range of one version of one file.
 *
 * @param status names path and version
 * @param offset of the first byte
 * @param length in bytes; offset + length is at most the file's size
 */
public record Item(FileStatus status, long offset, long length) {

  public static Item whole(FileStatus status) {
    return new Item(status, 0, status.size());
  }
}

package io.forebay.read;

import io.forebay.file.FileId;

/** Hears of reads that the owner of the files does not see. Returns at once. Thread-safe. */
@FunctionalInterface
public interface ReadListener {

  /**
   * @param offset of the first byte
   */
  void used(FileId id, long offset, long bytes);
}

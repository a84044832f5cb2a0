package io.forebay.store;

import io.forebay.file.FileId;
import io.forebay.metadata.Residency;

/**
 * Hears which files other processes of the node may read by themselves. Called by whoever changed
 * the file, so it must not wait.
 */
public interface StoreListener {

  /** A file is complete and verified, or moved. */
  void resident(FileId id, Residency.Location location);

  /** A file left. Who still reads it, or opens it just now, does no harm. */
  void gone(FileId id);
}

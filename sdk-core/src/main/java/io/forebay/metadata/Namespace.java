package io.forebay.metadata;

import io.forebay.FileStatus;
import java.util.List;
import java.util.Optional;

/**
 * What is known of names: (data set, path) to status, and directories to their children. A memory
 * aid, not the truth: it may forget anything at any time, and what it says is as old as it is.
 * Thread-safe.
 */
public interface Namespace extends AutoCloseable {

  Optional<FileStatus> stat(String dataSet, String path);

  Optional<List<FileStatus>> list(String dataSet, String directory);

  void put(String dataSet, FileStatus status);

  /** Remembers a complete listing, and each of its entries. */
  void putListing(String dataSet, String directory, List<FileStatus> entries);

  /** Forgets everything of a data set. */
  void clear(String dataSet);

  @Override
  void close();
}

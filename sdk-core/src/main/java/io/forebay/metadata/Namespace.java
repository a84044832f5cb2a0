package io.forebay.metadata;

import io.forebay.FileStatus;
import java.io.IOException;
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

  /** A number that changes whenever all that is known of a data set is forgotten or replaced. */
  long epoch(String dataSet);

  /** Forgets one path, and the listing that it is part of. */
  void forget(String dataSet, String path);

  /** All files of a data set, and directories that are empty, in the order of their UTF-8. */
  @FunctionalInterface
  interface FileList {

    /** Takes what comes next. */
    @FunctionalInterface
    interface Visitor {
      void visit(FileStatus entry) throws IOException;
    }

    void forEach(Visitor visitor) throws IOException;
  }

  /**
   * Puts a whole data set in place of what is known of it. Every reader sees the old one or the new
   * one.
   *
   * @param entries about as many as will come
   */
  void replace(String dataSet, FileList files, long entries) throws IOException;

  @Override
  void close();
}

package io.forebay.metadata;

import io.forebay.FileStatus;
import io.forebay.Totals;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The names of one data set, from the nearest place that knows them. Thread-safe. */
public interface Catalog {

  /**
   * @throws java.nio.file.NoSuchFileException when the path is not there
   */
  FileStatus stat(String path) throws IOException;

  /** All children of a directory. */
  List<FileStatus> list(String directory) throws IOException;

  /**
   * Somebody wrote or deleted a file: what is known of it, and of the directories that it is in, is
   * asked for again.
   */
  void changed(String path) throws IOException;

  /** What the snapshot in use holds; empty without one. */
  Optional<Totals> totals() throws IOException;

  /** A number that changes when the names are listed anew, or may be. */
  long epoch();

  /** Forgets what was known, so that the next question reaches the under-store. */
  void refresh() throws IOException;
}

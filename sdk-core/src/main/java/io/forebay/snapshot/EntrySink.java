package io.forebay.snapshot;

import io.forebay.FileStatus;
import java.io.IOException;
import java.util.List;

/** Takes what a listing finds, in any order. Thread-safe. */
@FunctionalInterface
interface EntrySink {

  /**
   * @param leftOut objects whose names no path can have
   */
  void accept(List<FileStatus> entries, int leftOut) throws IOException;
}

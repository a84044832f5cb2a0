package io.forebay.understore;

import io.forebay.FileStatus;
import java.io.IOException;
import java.util.List;

/**
 * What object stores can do and file systems cannot: list all files in one order, from any point
 * on, whatever directories they are in. Many such listings of disjoint ranges run at a time.
 */
@FunctionalInterface
public interface KeyListing {

  /**
   * The files whose paths come after a given one, in {@linkplain Utf8#ORDER the order of their
   * UTF-8 bytes}. Markers of empty directories come as directories.
   *
   * @param after exclusive; need not exist; empty for the start
   */
  Page list(String after) throws IOException;

  /**
   * Some of the files.
   *
   * @param files those whose names can be paths
   * @param leftOut keys of the others, relative to the root
   * @param last the last key of the page, relative to the root, a path or not: where to go on
   * @param more whether anything follows
   */
  record Page(List<FileStatus> files, List<String> leftOut, String last, boolean more) {

    public Page {
      files = List.copyOf(files);
      leftOut = List.copyOf(leftOut);
    }
  }
}

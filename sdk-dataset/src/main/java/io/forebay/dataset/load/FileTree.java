package io.forebay.dataset.load;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import java.io.IOException;

/** Where a load finds its files. Asked twice: to count, and to load. */
@FunctionalInterface
public interface FileTree {

  /** Takes a file. */
  @FunctionalInterface
  interface Visitor {
    void visit(FileStatus file) throws IOException;
  }

  /** The file at a path, or all files below it. */
  void forEach(String path, Visitor visitor) throws IOException;

  /** As the data set's metadata has it. */
  static FileTree of(DataSet dataSet) {
    return (path, visitor) -> {
      FileStatus at = dataSet.stat(path);
      if (!at.directory()) {
        visitor.visit(at);
        return;
      }
      dataSet.walk(path, visitor::visit);
    };
  }
}

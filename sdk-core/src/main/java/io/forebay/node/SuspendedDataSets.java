package io.forebay.node;

import io.forebay.state.StateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The names of the suspended data sets of a node, kept in a file, a line each. Not thread-safe. */
final class SuspendedDataSets {

  private final StateFile file;
  private final Set<String> names = new TreeSet<>();

  SuspendedDataSets(Path file) throws IOException {
    this.file = new StateFile(file);
    names.addAll(
        this.file.readLinesOrSetAside("all suspensions are lost; suspend the data sets again"));
  }

  boolean contains(String dataSet) {
    return names.contains(dataSet);
  }

  void set(String dataSet, boolean suspended) throws IOException {
    if (suspended ? names.add(dataSet) : names.remove(dataSet)) {
      file.writeLines(names);
    }
  }
}

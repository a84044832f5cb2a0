package io.forebay.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;

/** The names of the suspended data sets of a node, kept in a file, a line each. Not thread-safe. */
final class Suspensions {

  private final Path file;
  private final Set<String> names = new TreeSet<>();

  Suspensions(Path file) throws IOException {
    this.file = file;
    if (Files.exists(file)) {
      names.addAll(Files.readAllLines(file));
    }
  }

  boolean contains(String dataSet) {
    return names.contains(dataSet);
  }

  void set(String dataSet, boolean suspended) throws IOException {
    if (suspended ? names.add(dataSet) : names.remove(dataSet)) {
      Path unfinished = file.resolveSibling(file.getFileName() + ".new");
      Files.write(unfinished, names);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }
}

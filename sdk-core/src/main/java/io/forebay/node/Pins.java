package io.forebay.node;

import io.forebay.state.StateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The pins of a node, kept in a file: a line for each, data set, tab, path. Names and paths contain
 * neither tabs nor line ends. Not thread-safe.
 */
final class Pins {

  /** A pinned path with everything below it; empty for the whole data set. */
  record Pin(String dataSet, String path) {}

  private final StateFile file;
  private final Set<Pin> pins = new LinkedHashSet<>();

  Pins(Path file) throws IOException {
    this.file = new StateFile(file);
    for (String line : this.file.readLinesOrSetAside("all pins are lost; pin the paths again")) {
      int tab = line.indexOf('\t');
      pins.add(new Pin(line.substring(0, tab), line.substring(tab + 1)));
    }
  }

  List<Pin> of(String dataSet) {
    return pins.stream().filter(pin -> pin.dataSet.equals(dataSet)).toList();
  }

  void add(Pin pin) throws IOException {
    if (pins.add(pin)) {
      write();
    }
  }

  /** Whether there was such a pin. */
  boolean remove(Pin pin) throws IOException {
    boolean removed = pins.remove(pin);
    if (removed) {
      write();
    }
    return removed;
  }

  private void write() throws IOException {
    List<String> lines = new ArrayList<>();
    pins.forEach(pin -> lines.add(pin.dataSet + "\t" + pin.path));
    file.writeLines(lines);
  }
}

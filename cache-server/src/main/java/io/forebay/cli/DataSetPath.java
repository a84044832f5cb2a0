package io.forebay.cli;

import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Parameters;

/** The part of a data set that a command is about. */
final class DataSetPath {

  @Parameters(
      index = "0",
      paramLabel = "DATASET",
      description = "Name or root URI of the data set.")
  private String dataSet;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      description = "A file, or a directory and everything below it (default: the whole data set).")
  private String path;

  /** As the admin endpoint wants it; can be added to. */
  Map<String, String> parameters() {
    Map<String, String> parameters = new HashMap<>();
    parameters.put("dataset", dataSet);
    if (path != null) {
      parameters.put("path", path);
    }
    return parameters;
  }
}

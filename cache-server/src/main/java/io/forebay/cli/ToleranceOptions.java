package io.forebay.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What a new snapshot may lack. */
final class ToleranceOptions {

  @Option(
      names = "--strict",
      description =
          "Refuses a list that lacks files or directories which the server may not read, and keeps"
              + " the former one.")
  private boolean strict;

  @Option(
      names = "--allow-shrink",
      description =
          "Takes a list with fewer than half of the files of the one before, which otherwise stays:"
              + " a source that is not mounted looks like that.")
  private boolean allowShrink;

  /** For the server. */
  Map<String, String> parameters() {
    return Map.of("strict", Boolean.toString(strict), "allowShrink", Boolean.toString(allowShrink));
  }

  /** What was given, for another command. */
  List<String> arguments() {
    return Stream.of(strict ? "--strict" : "", allowShrink ? "--allow-shrink" : "")
        .filter(argument -> !argument.isEmpty())
        .toList();
  }
}

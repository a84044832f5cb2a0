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
          "Refuses a new list if the server may not read some of the entries, and keeps the list in"
              + " use.")
  private boolean strict;

  @Option(
      names = "--allow-shrink",
      description =
          "Accepts a new list with fewer than half of the files of the list in use. By default it is"
              + " refused, because a source that is not mounted looks the same.")
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

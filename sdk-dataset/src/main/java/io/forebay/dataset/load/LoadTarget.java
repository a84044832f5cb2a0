package io.forebay.dataset.load;

import io.forebay.file.PathPattern;
import java.util.function.Predicate;

/**
 * A part of a data set that is to be loaded.
 *
 * @param pattern a path, with all below it; or a glob, as {@link java.nio.file.FileSystem} has them
 * @param replicas on how many servers
 */
public record LoadTarget(String pattern, int replicas) {

  public LoadTarget {
    pattern = PathPattern.parse(pattern).toString();
    if (replicas < 1) {
      throw new IllegalArgumentException("at least one replica is needed, got " + replicas);
    }
  }

  /** What is to be walked. */
  String root() {
    return PathPattern.parse(pattern).root();
  }

  /** What of it is meant. */
  Predicate<String> matcher() {
    return PathPattern.parse(pattern)::matches;
  }
}

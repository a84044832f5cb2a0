package io.forebay.dataset.load;

import io.forebay.file.DataPath;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.function.Predicate;

/**
 * A part of a data set that is to be loaded.
 *
 * @param pattern a path, with all below it; or a glob, as {@link java.nio.file.FileSystem} has them
 * @param replicas on how many servers
 */
public record LoadTarget(String pattern, int replicas) {

  public LoadTarget {
    pattern = isGlob(pattern) ? pattern : DataPath.normalize(pattern);
    if (replicas < 1) {
      throw new IllegalArgumentException("at least one replica is needed, got " + replicas);
    }
  }

  private static boolean isGlob(String pattern) {
    return pattern.chars().anyMatch(c -> "*?{[".indexOf(c) >= 0);
  }

  /** The path that has all of it at or below it. */
  public String root() {
    if (!isGlob(pattern)) {
      return pattern;
    }
    int end = 0;
    while ("*?{[".indexOf(pattern.charAt(end)) < 0) {
      end++;
    }
    int slash = pattern.lastIndexOf('/', end);
    return slash < 0 ? "" : DataPath.normalize(pattern.substring(0, slash));
  }

  /** What of it is meant. */
  Predicate<String> matcher() {
    if (!isGlob(pattern)) {
      return path -> true;
    }
    String plain = pattern.startsWith("/") ? pattern.substring(1) : pattern;
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + plain);
    return path -> matcher.matches(Path.of(path));
  }
}

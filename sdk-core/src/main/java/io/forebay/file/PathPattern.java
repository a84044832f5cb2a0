package io.forebay.file;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.regex.PatternSyntaxException;

/**
 * Some files of a data set: those at or below a path, or those that a glob matches, as {@link
 * java.nio.file.FileSystem#getPathMatcher} has it. Immutable.
 */
public final class PathPattern {

  private static final String SPECIAL = "*?{[";

  private final String text;
  private final PathMatcher glob; // null for a path

  private PathPattern(String text, PathMatcher glob) {
    this.text = text;
    this.glob = glob;
  }

  /**
   * @throws IllegalArgumentException for what is neither
   */
  public static PathPattern parse(String text) {
    if (text.chars().noneMatch(c -> SPECIAL.indexOf(c) >= 0)) {
      return new PathPattern(DataPath.normalize(text), null);
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a glob must have no control character");
    }
    String plain = text.startsWith("/") ? text.substring(1) : text;
    try {
      return new PathPattern(plain, FileSystems.getDefault().getPathMatcher("glob:" + plain));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("'" + text + "' is no glob: " + e.getMessage(), e);
    }
  }

  public boolean matches(String path) {
    if (glob != null) {
      return glob.matches(Path.of(path));
    }
    return text.isEmpty()
        || (path.startsWith(text)
            && (path.length() == text.length() || path.charAt(text.length()) == '/'));
  }

  /** The path that has all of them at or below it. */
  public String root() {
    if (glob == null) {
      return text;
    }
    int end = 0;
    while (SPECIAL.indexOf(text.charAt(end)) < 0) {
      end++;
    }
    int slash = text.lastIndexOf('/', end);
    return slash < 0 ? "" : DataPath.normalize(text.substring(0, slash));
  }

  /** The inverse of {@link #parse}. */
  @Override
  public String toString() {
    return text;
  }
}

package io.forebay.file;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;

/**
 * The rules for a path inside a data set: UTF-8 of at most 1,023 bytes (what object stores allow),
 * segments separated by single slashes, no {@code .} or {@code ..} segment, no control character.
 * The empty path is the root.
 */
public final class DataPath {

  /** Of a whole path, so also of a name in the root. */
  public static final int MAX_BYTES = 1023;

  private DataPath() {}

  /**
   * Returns the path without a leading or trailing slash.
   *
   * @throws InvalidPathException when the path breaks a rule; the message names path and rule
   */
  public static String normalize(String path) {
    int start = path.startsWith("/") ? 1 : 0;
    int end = path.length() - start > 1 && path.endsWith("/") ? path.length() - 1 : path.length();
    String plain = path.substring(start, end);
    String problem = problem(plain);
    if (problem != null) {
      throw new InvalidPathException(printable(path), problem);
    }
    return plain;
  }

  /** Whether a path that an under-store listed can be part of a data set. */
  public static boolean isValid(String path) {
    return problem(path) == null;
  }

  /** The path of a child. */
  public static String child(String directory, String name) {
    return directory.isEmpty() ? name : directory + "/" + name;
  }

  /** The directory a path lies in; the root for a top-level path. */
  public static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  /** Whether it has more bytes than a path may. */
  public static boolean isTooLong(String path) {
    // A UTF-16 unit takes at most three bytes, so most paths need no second look.
    return path.length() > MAX_BYTES / 3
        && path.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES;
  }

  private static String problem(String path) {
    if (path.isEmpty()) {
      return null;
    }
    int segmentStart = 0;
    for (int i = 0; i <= path.length(); i++) {
      if (i == path.length() || path.charAt(i) == '/') {
        int length = i - segmentStart;
        if (length == 0) {
          return "an empty segment ('//', or an extra slash) is not allowed in a data set path";
        }
        if (path.startsWith(".", segmentStart)
            && (length == 1 || (length == 2 && path.charAt(segmentStart + 1) == '.'))) {
          return "'.' and '..' segments are not allowed in a data set path";
        }
        segmentStart = i + 1;
      } else if (Character.isISOControl(path.charAt(i))) {
        return "control character at index " + i + " is not allowed in a data set path";
      }
    }
    return isTooLong(path) ? "longer than " + MAX_BYTES + " bytes of UTF-8" : null;
  }

  private static String printable(String path) {
    return path.codePoints()
        .collect(
            StringBuilder::new,
            (out, c) -> {
              if (Character.isISOControl(c)) {
                out.append(String.format("\\u%04x", c));
              } else {
                out.appendCodePoint(c);
              }
            },
            StringBuilder::append)
        .toString();
  }
}

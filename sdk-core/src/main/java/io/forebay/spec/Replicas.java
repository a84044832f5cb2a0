package io.forebay.spec;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many servers keep each file of a data set. Immutable.
 *
 * @param byPath how many keep what lies at or below a path; the empty path is the whole data set,
 *     and where several paths apply the highest number counts
 */
public record Replicas(SortedMap<String, Integer> byPath) {

  /** Every file on one server. */
  public static final Replicas ONE = of(1);

  /**
   * @throws IllegalArgumentException for a number below 1
   */
  public Replicas {
    byPath = Collections.unmodifiableSortedMap(new TreeMap<>(byPath));
    byPath.forEach(
        (path, count) -> {
          if (count < 1) {
            throw new IllegalArgumentException("replicas must be at least 1, got " + count);
          }
        });
  }

  /** The same number of all files. */
  public static Replicas of(int count) {
    return new Replicas(new TreeMap<>(Map.of("", count)));
  }

  /** How many servers keep a file. */
  public int of(String path) {
    int most = 1;
    for (Map.Entry<String, Integer> each : byPath.entrySet()) {
      if (each.getValue() > most && isAtOrBelow(path, each.getKey())) {
        most = each.getValue();
      }
    }
    return most;
  }

  /** The highest number of any file. */
  public int most() {
    return byPath.values().stream().mapToInt(Integer::intValue).max().orElse(1);
  }

  private static boolean isAtOrBelow(String path, String directory) {
    return directory.isEmpty()
        || (path.startsWith(directory)
            && (path.length() == directory.length() || path.charAt(directory.length()) == '/'));
  }

  /** With another number for a path. */
  public Replicas with(String path, int count) {
    TreeMap<String, Integer> more = new TreeMap<>(byPath);
    more.put(path, count);
    return new Replicas(more);
  }
}

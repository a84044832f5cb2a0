package io.forebay.spec;

import io.forebay.file.PathPattern;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How many servers keep each file of a data set. Immutable. */
public final class Replicas {

  /** Every file on one server. */
  public static final Replicas ONE = of(1);

  private record Rule(PathPattern files, int count) {}

  private final SortedMap<String, Integer> byPattern;
  private final int all;
  private final List<Rule> more = new ArrayList<>();

  /**
   * @param byPattern how many keep the files of a pattern ({@link PathPattern#parse}); the empty
   *     path is the whole data set, and where several patterns match the highest number counts
   * @throws IllegalArgumentException for a number below 1, or what is no pattern
   */
  public Replicas(Map<String, Integer> byPattern) {
    this.byPattern = Collections.unmodifiableSortedMap(new TreeMap<>(byPattern));
    this.all = byPattern.getOrDefault("", 1);
    byPattern.forEach(
        (pattern, count) -> {
          if (count < 1) {
            throw new IllegalArgumentException("replicas must be at least 1, got " + count);
          }
          if (count > all) {
            more.add(new Rule(PathPattern.parse(pattern), count));
          }
        });
  }

  /** The same number of all files. */
  public static Replicas of(int count) {
    return new Replicas(Map.of("", count));
  }

  /** What it was made of. */
  public SortedMap<String, Integer> byPattern() {
    return byPattern;
  }

  /** How many servers keep a file. */
  public int of(String path) {
    int most = all;
    for (Rule rule : more) {
      if (rule.count > most && rule.files.matches(path)) {
        most = rule.count;
      }
    }
    return most;
  }

  /** The highest number of any file. */
  public int most() {
    return more.stream().mapToInt(Rule::count).max().orElse(all);
  }

  /** With another number for a pattern. */
  public Replicas with(String pattern, int count) {
    Map<String, Integer> changed = new TreeMap<>(byPattern);
    changed.put(pattern, count);
    return new Replicas(changed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Replicas that && that.byPattern.equals(byPattern);
  }

  @Override
  public int hashCode() {
    return byPattern.hashCode();
  }

  @Override
  public String toString() {
    return byPattern.toString();
  }
}

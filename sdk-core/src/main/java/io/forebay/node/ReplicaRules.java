package io.forebay.node;

import io.forebay.spec.Replicas;
import io.forebay.state.StateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The numbers of replicas that loads asked for, kept in a file: a line for each, data set, tab,
 * pattern, tab, number. Names and patterns contain neither tabs nor line ends. Not thread-safe.
 */
final class ReplicaRules {

  private final StateFile file;
  private final Map<String, Map<String, Integer>> rules = new TreeMap<>();

  ReplicaRules(Path file) throws IOException {
    this.file = new StateFile(file);
    for (String line :
        this.file.readLinesOrSetAside("numbers of replicas are lost; run their loads again")) {
      String[] words = line.split("\t", -1);
      added(words[0]).put(words[1], Integer.valueOf(words[2]));
    }
  }

  private Map<String, Integer> added(String dataSet) {
    return rules.computeIfAbsent(dataSet, d -> new TreeMap<>());
  }

  /** Numbers by pattern. */
  Map<String, Integer> of(String dataSet) {
    return Map.copyOf(rules.getOrDefault(dataSet, Map.of()));
  }

  /** The replicas of a data set that has at least so many of each file. */
  Replicas replicas(String dataSet, int least) {
    Replicas all = Replicas.of(least);
    for (Map.Entry<String, Integer> rule : rules.getOrDefault(dataSet, Map.of()).entrySet()) {
      all =
          rule.getKey().isEmpty() && rule.getValue() < least
              ? all
              : all.with(rule.getKey(), rule.getValue());
    }
    return all;
  }

  /** Whether that was not known. */
  boolean put(String dataSet, String pattern, int count) throws IOException {
    Integer before = added(dataSet).put(pattern, count);
    boolean isNew = before == null || before != count;
    if (isNew) {
      write();
    }
    return isNew;
  }

  void drop(String dataSet) throws IOException {
    if (rules.remove(dataSet) != null) {
      write();
    }
  }

  private void write() throws IOException {
    List<String> lines = new ArrayList<>();
    rules.forEach(
        (dataSet, counts) ->
            counts.forEach((pattern, count) -> lines.add(dataSet + "\t" + pattern + "\t" + count)));
    file.writeLines(lines);
  }
}

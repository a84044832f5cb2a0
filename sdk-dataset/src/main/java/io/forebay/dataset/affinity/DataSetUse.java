package io.forebay.dataset.affinity;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A data set that a pod reads.
 *
 * @param required whether the pod may only run on a node with a server of this data set
 * @param places where the nodes with a server of it are: values of labels such as {@code
 *     topology.kubernetes.io/zone}, by the label; empty if that is not known
 */
public record DataSetUse(DataSetName dataSet, boolean required, Map<String, Set<String>> places) {

  public DataSetUse {
    places =
        places.entrySet().stream()
            .filter(entry -> !entry.getValue().isEmpty())
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, entry -> Set.copyOf(entry.getValue())));
  }

  /** A use of a data set whose places are not known. */
  public static DataSetUse of(DataSetName dataSet, boolean required) {
    return new DataSetUse(dataSet, required, Map.of());
  }

  /** Both uses of one data set as one. */
  DataSetUse and(DataSetUse other) {
    Map<String, Set<String>> both = new HashMap<>(places);
    other.places.forEach((key, values) -> both.merge(key, values, DataSetUse::union));
    return new DataSetUse(dataSet, required || other.required, both);
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    Set<String> both = new HashSet<>(one);
    both.addAll(other);
    return both;
  }
}

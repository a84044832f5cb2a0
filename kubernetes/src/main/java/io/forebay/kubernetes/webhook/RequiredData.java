package io.forebay.kubernetes.webhook;

import io.forebay.dataset.affinity.DataSetUse;
import io.forebay.kubernetes.affinity.DataSetCatalog;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells in words why there is no node for a pod with required data sets. */
final class RequiredData {

  private final DataSetCatalog catalog;

  RequiredData(DataSetCatalog catalog) {
    this.catalog = catalog;
  }

  /** Empty if some node has all of them. */
  Optional<String> problem(List<DataSetUse> uses) {
    List<DataSetUse> required = uses.stream().filter(DataSetUse::required).toList();
    Set<String> common = null;
    for (DataSetUse use : required) {
      if (common == null) {
        common = new HashSet<>(catalog.nodes(use.dataSet()));
      } else {
        common.retainAll(catalog.nodes(use.dataSet()));
      }
    }
    if (common == null || !common.isEmpty()) {
      return Optional.empty();
    }
    String where =
        required.stream()
            .map(use -> use.dataSet() + " is on " + count(catalog.nodes(use.dataSet()).size()))
            .collect(Collectors.joining(", "));
    return Optional.of(
        required.size() == 1
            ? "the pod waits for a node with its required data set: " + where
            : "the pod waits for a node with all of its required data sets: " + where);
  }

  private static String count(int nodes) {
    return switch (nodes) {
      case 0 -> "no node";
      case 1 -> "1 node";
      default -> nodes + " nodes";
    };
  }
}

package io.forebay.dataset.affinity;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a pod's node affinity must have in addition, so that the pod runs near its data.
 *
 * <p>A node with a server of a data set is better than one without, because what the pod reads can
 * become local there. More of the data set on the node makes it better still, step by step: the
 * scheduler adds the weights of all terms that match, and a node that has reached a step has
 * reached those before it. {@code Gt} instead of {@code In} makes that true also for steps that a
 * later release may add.
 *
 * <p>A pod that selects nodes by a label of its own is left alone in this respect: it gets no term
 * on the same label, and no preference for a data set that it names itself. So the result, merged
 * into the pod, leads to no more terms.
 *
 * @param required all of them must hold
 */
public record DataAffinity(List<Expression> required, List<Preference> preferred) {

  public DataAffinity {
    required = List.copyOf(required);
    preferred = List.copyOf(preferred);
  }

  /** The order of the data sets does not matter; one that occurs twice counts once. */
  public static DataAffinity of(
      Collection<DataSetUse> uses, LocalityTiers tiers, SelectedKeys selected) {
    SortedMap<DataSetName, DataSetUse> distinct = new TreeMap<>();
    uses.forEach(use -> distinct.merge(use.dataSet(), use, DataSetUse::and));
    List<Expression> required = new ArrayList<>();
    List<Preference> preferred = new ArrayList<>();
    for (DataSetUse use : distinct.values()) {
      require(use, selected, required);
      prefer(use, tiers, selected, preferred);
    }
    return new DataAffinity(required, preferred);
  }

  public boolean isEmpty() {
    return required.isEmpty() && preferred.isEmpty();
  }

  private static void require(DataSetUse use, SelectedKeys selected, List<Expression> required) {
    String placed = NodeLabels.placed(use.dataSet());
    if (use.required()
        && !selected.required().contains(placed)
        && !selected.required().contains(NodeLabels.cached(use.dataSet()))) {
      required.add(Expression.in(placed, List.of(NodeLabels.TRUE)));
    }
  }

  private static void prefer(
      DataSetUse use, LocalityTiers tiers, SelectedKeys selected, List<Preference> preferred) {
    String placed = NodeLabels.placed(use.dataSet());
    String cached = NodeLabels.cached(use.dataSet());
    if (selected.has(placed) || selected.has(cached)) {
      return;
    }
    if (tiers.cachedStep() > 0) {
      for (int step : NodeLabels.CACHED_STEPS) {
        preferred.add(new Preference(tiers.cachedStep(), Expression.atLeast(cached, step)));
      }
    }
    if (use.required()) {
      return; // every node that may be chosen has a server, and so the same zones
    }
    preferred.add(new Preference(tiers.placed(), Expression.in(placed, List.of(NodeLabels.TRUE))));
    tiers
        .topology()
        .forEach(
            (key, weight) -> {
              if (use.places().containsKey(key) && !selected.has(key)) {
                List<String> values = use.places().get(key).stream().sorted().toList();
                preferred.add(new Preference(weight, Expression.in(key, values)));
              }
            });
  }
}

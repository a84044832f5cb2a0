package io.forebay.dataset.affinity;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How much it is worth to run near a data set. The scheduler adds the weights of all terms that a
 * node meets, so a node with the data gets those of its zone and region, too.
 *
 * @param node weight of a node that has all of the data set; 1 to 100
 * @param topology weights of nodes that share the value of a label, such as a zone's, with a node
 *     that caches the data set; 1 to 100
 */
public record LocalityTiers(int node, SortedMap<String, Integer> topology) {

  /** What the tier of the node itself is called among the labels of the others. */
  private static final String NODE = "node";

  private static final int MAX_WEIGHT = 100;

  /** A node is worth more than all wider tiers together. */
  public static final LocalityTiers DEFAULT =
      of(Map.of(NODE, 100, "topology.kubernetes.io/zone", 20, "topology.kubernetes.io/region", 5));

  /**
   * @throws IllegalArgumentException for a weight that Kubernetes does not take
   */
  public LocalityTiers {
    topology = Collections.unmodifiableSortedMap(new TreeMap<>(topology));
    require(NODE, node);
    topology.forEach(LocalityTiers::require);
  }

  /**
   * Tiers by their labels, {@code node} being the node itself.
   *
   * @throws IllegalArgumentException if there is none of the node, or a weight is out of range
   */
  public static LocalityTiers of(Map<String, Integer> weights) {
    SortedMap<String, Integer> wider = new TreeMap<>(weights);
    Integer node = wider.remove(NODE);
    if (node == null) {
      throw new IllegalArgumentException(
          "the tiers " + weights.keySet() + " lack 'node', the weight of a node with the data");
    }
    return new LocalityTiers(node, wider);
  }

  private static void require(String tier, int weight) {
    if (weight < 1 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException(
          "the weight of tier '" + tier + "' is " + weight + "; use 1 to " + MAX_WEIGHT);
    }
  }

  /** Of the node's weight, what each step of {@link NodeLabels#CACHED_STEPS} adds. */
  int cachedStep() {
    return node / (2 * NodeLabels.CACHED_STEPS.size());
  }

  /** Of the node's weight, what a server of the data set is worth before it has cached anything. */
  int placed() {
    return node - cachedStep() * NodeLabels.CACHED_STEPS.size();
  }
}

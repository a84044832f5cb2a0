package io.forebay.kubernetes.affinity;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeAffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTerm;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTermBuilder;
import io.forebay.dataset.affinity.DataAffinity;
import io.forebay.dataset.affinity.Expression;
import io.forebay.dataset.affinity.SelectedKeys;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How a pod selects its nodes, and the same with more terms. */
final class NodeSelection {

  private final PodSpec spec;
  private final Optional<Affinity> affinity;
  private final Optional<NodeAffinity> nodeAffinity;

  NodeSelection(PodSpec spec) {
    this.spec = spec;
    this.affinity = Optional.ofNullable(spec.getAffinity());
    this.nodeAffinity = affinity.map(Affinity::getNodeAffinity);
  }

  private List<NodeSelectorTerm> required() {
    return nodeAffinity
        .map(NodeAffinity::getRequiredDuringSchedulingIgnoredDuringExecution)
        .map(NodeSelector::getNodeSelectorTerms)
        .orElse(List.of());
  }

  private List<PreferredSchedulingTerm> preferred() {
    return nodeAffinity
        .map(NodeAffinity::getPreferredDuringSchedulingIgnoredDuringExecution)
        .orElse(List.of());
  }

  /**
   * Whether there is no choice of nodes any more. The only field that terms can match is the name
   * of a node, which the controller of DaemonSets does.
   */
  boolean isDecided() {
    return spec.getNodeName() != null
        || required().stream().anyMatch(term -> !term.getMatchFields().isEmpty());
  }

  SelectedKeys keys() {
    Set<String> required = new HashSet<>();
    if (spec.getNodeSelector() != null) {
      required.addAll(spec.getNodeSelector().keySet());
    }
    required().forEach(term -> addKeys(term, required));
    Set<String> preferred = new HashSet<>();
    preferred().forEach(each -> addKeys(each.getPreference(), preferred));
    return new SelectedKeys(required, preferred);
  }

  private static void addKeys(NodeSelectorTerm term, Set<String> keys) {
    if (term != null) {
      term.getMatchExpressions().forEach(expression -> keys.add(expression.getKey()));
    }
  }

  /** The affinity of the pod with these terms in addition. */
  Affinity with(DataAffinity more) {
    NodeAffinityBuilder node =
        nodeAffinity.map(NodeAffinityBuilder::new).orElseGet(NodeAffinityBuilder::new);
    if (!more.required().isEmpty()) {
      node.editOrNewRequiredDuringSchedulingIgnoredDuringExecution()
          .withNodeSelectorTerms(with(more.required()))
          .endRequiredDuringSchedulingIgnoredDuringExecution();
    }
    more.preferred().stream()
        .map(
            preference ->
                new PreferredSchedulingTermBuilder()
                    .withWeight(preference.weight())
                    .withPreference(
                        new NodeSelectorTermBuilder()
                            .withMatchExpressions(requirement(preference.expression()))
                            .build())
                    .build())
        .forEach(node::addToPreferredDuringSchedulingIgnoredDuringExecution);
    return affinity
        .map(AffinityBuilder::new)
        .orElseGet(AffinityBuilder::new)
        .withNodeAffinity(node.build())
        .build();
  }

  /**
   * Of the terms, one must hold, and of it all expressions: so each term gets all of them. A term
   * without expressions holds for no node, and must stay so.
   */
  private List<NodeSelectorTerm> with(List<Expression> expressions) {
    List<NodeSelectorRequirement> all =
        expressions.stream().map(NodeSelection::requirement).toList();
    if (required().isEmpty()) {
      return List.of(new NodeSelectorTermBuilder().withMatchExpressions(all).build());
    }
    return required().stream()
        .map(
            term ->
                term.getMatchExpressions().isEmpty()
                    ? term
                    : new NodeSelectorTermBuilder(term).addAllToMatchExpressions(all).build())
        .toList();
  }

  private static NodeSelectorRequirement requirement(Expression expression) {
    return new NodeSelectorRequirementBuilder()
        .withKey(expression.key())
        .withOperator(expression.operator())
        .withValues(expression.values())
        .build();
  }
}

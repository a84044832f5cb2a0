package io.forebay.kubernetes.cli;

import io.forebay.dataset.affinity.LocalityTiers;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How much each tier of locality is worth. */
final class TierOptions {

  @Option(
      names = "--tier",
      paramLabel = "LABEL=WEIGHT",
      description = {
        "Weight, 1 to 100, of nodes that share the value of this label with a node that has the data;"
            + " 'node' is the node itself; repeatable, replaces the default tiers",
        "(default: node=100, topology.kubernetes.io/zone=20, topology.kubernetes.io/region=5)."
      })
  private Map<String, Integer> weights = Map.of();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  LocalityTiers tiers() {
    try {
      return weights.isEmpty() ? LocalityTiers.DEFAULT : LocalityTiers.of(weights);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--tier: " + e.getMessage(), e);
    }
  }
}

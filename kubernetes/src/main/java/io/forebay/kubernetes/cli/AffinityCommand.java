package io.forebay.kubernetes.cli;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.forebay.config.TextFile;
import io.forebay.dataset.affinity.LocalityTiers;
import io.forebay.kubernetes.affinity.DataSetCatalog;
import io.forebay.kubernetes.affinity.ManifestAffinity;
import io.forebay.kubernetes.affinity.PodAffinity;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints manifests whose pods run near their data. */
@Command(
    name = "affinity",
    description = {
      "Adds node affinity to the pods of manifests, so that they run near the data sets that they read.",
      "A data set is found by a volume: a claim with its name, or a CSI volume of Forebay or Fluid;"
          + " by the annotation forebay.io/datasets: NAME,NAMESPACE/NAME; or by the label or annotation"
          + " fluid.io/dataset.NAME.sched: required|preferred. 'required' keeps the pod Pending until a"
          + " node has the data set; several required ones must all be there.",
      "With a cluster only those claims count that are for a data set, and nodes in the zone and region of"
          + " the data are preferred, too.",
      "Affinity of the pod's own on the same labels stays as it is, and so does everything else."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  forebay affinity -f job.yaml | kubectl apply -f -",
      "  kustomize build . | forebay affinity -f - --namespace training | kubectl apply -f -",
      "  forebay affinity -f job.yaml --kubeconfig ~/.kube/config --tier node=100"
          + " --tier topology.kubernetes.io/rack=50"
    })
final class AffinityCommand implements Callable<Integer> {

  private static final String STDIN = "-";

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "FILE",
      required = true,
      description = "YAML or JSON with one or more documents, - for standard input; repeatable.")
  private List<String> files;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description =
          "Namespace of objects that name none (default: that of the cluster's context, or default).")
  private String namespace;

  @Mixin private TierOptions tiers;
  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  private InputStream in = System.in;

  /** For tests. */
  void readFrom(InputStream other) {
    in = other;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    out.print(cluster.isGiven() ? withCluster() : withoutCluster());
    out.flush();
    return 0;
  }

  private String withoutCluster() throws IOException {
    return apply(
        DataSetCatalog.ofClaimNames(),
        tiers.tiers(),
        Optional.ofNullable(namespace).orElse("default"));
  }

  private String withCluster() throws IOException {
    LocalityTiers weights = tiers.tiers();
    try (KubernetesClient client = cluster.connect()) {
      DataSetCatalog catalog =
          DataSetCatalog.of(
              client,
              weights,
              warning -> spec.commandLine().getErr().println("forebay: warning: " + warning));
      return apply(
          catalog,
          weights,
          Optional.ofNullable(namespace)
              .or(() -> Optional.ofNullable(client.getNamespace()))
              .orElse("default"));
    }
  }

  /** All of them before anything is printed: kubectl must not get the first half alone. */
  private String apply(DataSetCatalog catalog, LocalityTiers weights, String defaultNamespace)
      throws IOException {
    ManifestAffinity manifests =
        new ManifestAffinity(new PodAffinity(catalog, weights), defaultNamespace);
    StringBuilder result = new StringBuilder();
    for (String file : files) {
      result.append(
          file.equals(STDIN)
              ? manifests.apply(
                  "standard input", new String(in.readAllBytes(), StandardCharsets.UTF_8))
              : manifests.apply(file, TextFile.read(Path.of(file))));
    }
    return result.toString();
  }
}

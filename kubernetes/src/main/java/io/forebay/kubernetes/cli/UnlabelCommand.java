package io.forebay.kubernetes.cli;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.forebay.dataset.affinity.DataSetName;
import io.forebay.kubernetes.labels.ServiceLabels;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Removes labels of nodes before the servers that keep them are deleted. */
@Command(
    name = "unlabel",
    description = {
      "Removes the labels that the servers of a service keep on their nodes, for the time when all of",
      "them are deleted. The chart does it by itself."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay unlabel training/forebay"})
final class UnlabelCommand implements Callable<Integer> {

  @Parameters(paramLabel = "NAMESPACE/SERVICE", description = "The service of the servers.")
  private String service;

  @Override
  public Integer call() throws Exception {
    try (KubernetesClient client = new KubernetesClientBuilder().build()) {
      List<String> nodes =
          ServiceLabels.remove(client, DataSetName.parse(service, client.getNamespace()));
      System.out.println("removed the labels of " + nodes.size() + " nodes");
    }
    return CommandLine.ExitCode.OK;
  }
}

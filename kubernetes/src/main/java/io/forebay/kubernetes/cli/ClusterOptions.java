package io.forebay.kubernetes.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.forebay.config.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The cluster that a command talks to. */
final class ClusterOptions {

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "File with the cluster's address and credentials (default: the pod's own).")
  private Path kubeconfig;

  /** Whether there is one: one was named, or the command runs in a pod. */
  boolean isGiven() {
    return kubeconfig != null || System.getenv("KUBERNETES_SERVICE_HOST") != null;
  }

  /**
   * @throws IOException naming the file that cannot be read
   */
  KubernetesClient connect() throws IOException {
    return kubeconfig == null
        ? new KubernetesClientBuilder().build()
        : new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(TextFile.read(kubeconfig)))
            .build();
  }
}

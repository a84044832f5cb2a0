package io.forebay.kubernetes.cli;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.forebay.cli.BackgroundMounts;
import io.forebay.cli.ForebayCommand;
import io.forebay.kubernetes.pod.PodEnd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The preStop hook of pods of servers and mounts. */
@Command(
    name = "prestop",
    description = {
      "Does what has to be done before a pod ends, which depends on why it ends. A server that is",
      "taken away hands over its files; one that is replaced does not, for it is soon back. A mount",
      "whose DaemonSet was deleted is unmounted; one whose pod is replaced stays for the next pod."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "In the environment, POD_NAME and POD_NAMESPACE are set by the downward API.",
      "",
      "Examples:",
      "  forebay prestop --node /var/lib/forebay/node",
      "  forebay prestop --node /var/lib/forebay/node --mount /var/lib/forebay/mounts/images \\",
      "    --hold /var/lib/forebay/hold/hold.sock"
    })
final class PreStopCommand implements Callable<Integer> {

  @Option(
      names = "--node",
      required = true,
      paramLabel = "DIR",
      description = "Directory of the node's server.")
  private Path node;

  @Option(
      names = "--mount",
      paramLabel = "DIR",
      description = "Where this pod has mounted; without it the pod is a server's.")
  private Path mount;

  @Option(
      names = "--hold",
      paramLabel = "SOCKET",
      description = "The descriptor store that holds the mount.")
  private Path hold;

  @Override
  public Integer call() throws Exception {
    PodEnd end;
    try (KubernetesClient client = new KubernetesClientBuilder().build()) {
      end = PodEnd.of(client, variable("POD_NAMESPACE"), variable("POD_NAME"));
    }
    System.out.println("this pod is " + end.name().toLowerCase(Locale.ROOT));
    if (mount == null) {
      return end == PodEnd.SCALED_IN ? drain() : CommandLine.ExitCode.OK;
    }
    if (end == PodEnd.DELETED) {
      BackgroundMounts.ofNode(node, Optional.ofNullable(hold), Optional.empty()).unmount(mount);
    }
    return CommandLine.ExitCode.OK;
  }

  private int drain() {
    String[] arguments = {"drain", "--node", node.toString()};
    return ForebayCommand.commandLine(arguments).execute(arguments);
  }

  private static String variable(String name) throws IOException {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) {
      throw new IOException(name + " is not set; set it with the downward API");
    }
    return value;
  }
}

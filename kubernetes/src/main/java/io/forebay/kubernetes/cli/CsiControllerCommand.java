package io.forebay.kubernetes.cli;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.forebay.cli.StopSignal;
import io.forebay.cli.logging.LogOptions;
import io.forebay.kubernetes.lease.Leadership;
import io.forebay.kubernetes.provision.Provisioner;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes volumes for claims until it is told to stop. */
@Command(
    name = "csi-controller",
    description = {
      "Makes persistent volumes for claims of Forebay's storage classes.",
      "Several may run; a Lease says which one works."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110)
final class CsiControllerCommand implements Callable<Integer> {

  @Option(
      names = "--driver",
      paramLabel = "NAME",
      defaultValue = CsiCommand.DRIVER,
      description = "Name of the driver in the cluster (default: ${DEFAULT-VALUE}).")
  private String driver;

  @Option(
      names = "--id",
      paramLabel = "NAME",
      required = true,
      description = "Name of this process, for the Lease; the name of its pod.")
  private String id;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      required = true,
      description = "Namespace of the Lease.")
  private String namespace;

  @Mixin private LogOptions logging = new LogOptions();

  @Override
  public Integer call() throws Exception {
    logging.apply();
    StopSignal stop = new StopSignal();
    try {
      try (KubernetesClient client = new KubernetesClientBuilder().build();
          Leadership leadership =
              Leadership.seek(
                  client,
                  namespace,
                  driver,
                  id,
                  Leadership.Terms.PROMPT,
                  () -> Provisioner.start(client, driver)::close)) {
        System.out.println("waiting for the lease " + namespace + "/" + driver);
        stop.await();
      }
      stop.succeeded();
    } finally {
      stop.ended();
    }
    return CommandLine.ExitCode.OK;
  }
}

package io.forebay.kubernetes.operator;

import io.forebay.cli.logging.LogOptions;
import io.forebay.kubernetes.lease.LeaderOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves Fluid's manifests on a cluster without Fluid. */
@Command(
    name = "operator",
    description = {
      "Serves Fluid's Dataset, JindoRuntime (and other runtimes) and DataLoad on a cluster without Fluid:",
      "servers, mounts, a claim with the name of the data set, and Fluid's columns.",
      "Definitions of these kinds are made if they are missing. Do not run it beside Fluid.",
      "Several may run; a Lease says which one works."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110)
public final class OperatorCommand implements Callable<Integer> {

  private static final String NAME = "forebay-operator";

  @Mixin private LeaderOptions leader;

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      required = true,
      description = "Image of servers, mounts and loads.")
  private String image;

  @Option(
      names = "--pull-policy",
      paramLabel = "POLICY",
      defaultValue = "IfNotPresent",
      description = "When nodes pull the image (default: ${DEFAULT-VALUE}).")
  private String pullPolicy;

  @Option(
      names = "--mount-root",
      paramLabel = "DIRECTORY",
      defaultValue = "/run/forebay/data",
      description =
          "Folder of the nodes for mounts, which a restart of the node empties (default: ${DEFAULT-VALUE}).")
  private String mountRoot;

  @Mixin private LogOptions logging = new LogOptions();

  @Override
  public Integer call() throws Exception {
    logging.apply();
    OperatorSettings settings =
        new OperatorSettings(image, pullPolicy, mountRoot, OperatorSettings.ownClass());
    return leader.lead(NAME, client -> Operator.start(client, settings)::close);
  }
}

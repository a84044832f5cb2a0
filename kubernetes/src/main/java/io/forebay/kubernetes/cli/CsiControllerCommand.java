package io.forebay.kubernetes.cli;

import io.forebay.cli.logging.LogOptions;
import io.forebay.kubernetes.lease.LeaderOptions;
import io.forebay.kubernetes.provision.Provisioner;
import java.util.concurrent.Callable;
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

  @Mixin private LeaderOptions leader;

  @Mixin private LogOptions logging = new LogOptions();

  @Override
  public Integer call() throws Exception {
    logging.apply();
    return leader.lead(driver, client -> Provisioner.start(client, driver)::close);
  }
}

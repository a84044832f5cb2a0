package io.forebay.kubernetes.cli;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.forebay.cli.StopSignal;
import io.forebay.cli.logging.LogOptions;
import io.forebay.kubernetes.provision.Provisioner;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
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

  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration RENEW = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(2);

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
    AtomicReference<Provisioner> working = new AtomicReference<>();
    try (KubernetesClient client = new KubernetesClientBuilder().build()) {
      CompletableFuture<?> leading =
          client
              .leaderElector()
              .withConfig(
                  new LeaderElectionConfigBuilder()
                      .withName(driver)
                      .withLock(new LeaseLock(namespace, driver, id))
                      .withLeaseDuration(LEASE)
                      .withRenewDeadline(RENEW)
                      .withRetryPeriod(RETRY)
                      .withReleaseOnCancel(true)
                      .withLeaderCallbacks(
                          new LeaderCallbacks(
                              () -> working.set(Provisioner.start(client, driver)),
                              () -> close(working.getAndSet(null)),
                              leader -> {}))
                      .build())
              .build()
              .start();
      System.out.println("waiting for the lease " + namespace + "/" + driver);
      stop.await();
      leading.cancel(true);
      close(working.getAndSet(null));
      stop.succeeded();
    } finally {
      stop.ended();
    }
    return CommandLine.ExitCode.OK;
  }

  private static void close(Provisioner provisioner) {
    if (provisioner != null) {
      provisioner.close();
    }
  }
}

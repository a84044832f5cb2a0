package io.forebay.bench;

import io.forebay.simulator.Simulator;
import io.forebay.simulator.cluster.Scale;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs benchmarks and prints their tables. */
@Command(
    name = "forebay bench",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    description = "Runs benchmarks beside their yardsticks and prints Markdown tables.",
    footer = {
      "",
      "Examples:",
      "  ./forebay bench                      all of them",
      "  ./forebay bench resident --rounds 5  one of them, quickly",
      "  ./forebay bench mount --only 'ls -lR'"
    })
public final class Bench implements Callable<Integer> {

  enum Suite {
    all,
    resident,
    multiget,
    remote,
    tls,
    clients,
    metadata,
    placement,
    scale,
    retention,
    plans,
    jobs,
    epochs,
    orders,
    storm,
    index,
    restart,
    listing,
    snapshots,
    warmup,
    mount,
    cold,
    kills,
    cluster
  }

  private static final int KILLS = 100;
  private static final int SIMULATED_FILES = 20_000;

  @Parameters(
      arity = "0..1",
      defaultValue = "all",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Suite suite;

  @Option(
      names = "--rounds",
      defaultValue = "15",
      description = "Measured rounds of each comparison (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Of 'mount' only the rows that have this in their names.")
  private String only;

  @Option(
      names = "--files",
      defaultValue = "100000000",
      description = "Of 'scale' the files of the data set (default: ${DEFAULT-VALUE}).")
  private long files;

  private Bench() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Bench()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (runs(Suite.resident)) {
      ResidentReads.run(rounds);
    }
    if (runs(Suite.multiget)) {
      MultiGet.run(rounds);
    }
    if (runs(Suite.remote)) {
      RemoteReads.run(rounds);
    }
    if (runs(Suite.tls)) {
      EncryptedReads.run(rounds);
    }
    if (runs(Suite.clients)) {
      IdleClients.run(rounds);
    }
    if (runs(Suite.metadata)) {
      new Runner(new OptionsBuilder().include(MetadataBenchmark.class.getSimpleName()).build())
          .run();
    }
    if (runs(Suite.placement)) {
      PlacementBalance.run();
      new Runner(new OptionsBuilder().include(PlacementBenchmark.class.getSimpleName()).build())
          .run();
    }
    if (runs(Suite.scale)) {
      Scale.run(files);
    }
    if (runs(Suite.retention)) {
      Simulator.run(SIMULATED_FILES);
    }
    if (runs(Suite.plans)) {
      Simulator.runPlanned(SIMULATED_FILES);
    }
    if (runs(Suite.jobs)) {
      SharedJobs.run();
    }
    if (runs(Suite.epochs)) {
      EpochTraffic.run();
    }
    if (runs(Suite.orders)) {
      EpochOrders.run(rounds);
    }
    if (runs(Suite.storm)) {
      Storm.run(rounds);
    }
    if (runs(Suite.index)) {
      IndexSize.run();
    }
    if (runs(Suite.restart)) {
      Restart.run();
    }
    if (runs(Suite.listing)) {
      Listings.run();
    }
    if (runs(Suite.snapshots)) {
      Snapshots.run();
    }
    if (runs(Suite.warmup)) {
      WarmUp.run();
    }
    if (runs(Suite.mount)) {
      Mounts.run(rounds, only);
    }
    if (runs(Suite.cold)) {
      ColdMount.run();
    }
    if (runs(Suite.kills)) {
      MountKills.run(KILLS);
    }
    if (runs(Suite.cluster)) {
      ClusterChanges.run();
    }
    return 0;
  }

  private boolean runs(Suite asked) {
    return suite == Suite.all || suite == asked;
  }
}

package io.forebay.kubernetes.fluid;

import io.forebay.cli.StopSignal;
import io.forebay.cli.logging.LogOptions;
import io.forebay.node.NodeDataSet;
import io.forebay.server.CacheServer;
import io.forebay.server.FatalErrors;
import io.forebay.server.ServerConfig;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.SnapshotTolerance;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves the data set of a runtime until the process is told to stop. */
@Command(
    name = "worker",
    description = {
      "Runs the cache server of a worker pod.",
      "It serves the data set FLUID_DATASET_NAME with the mounts and tiers of the file"
          + " FLUID_RUNTIME_CONFIG_PATH, and follows changed mounts and secrets.",
      "The options of the workers in that file are settings of the server."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110)
final class WorkerCommand implements Callable<Integer> {

  /** Not made before the level is known. */
  private static final class Log {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerCommand.class);
  }

  /** One worker lists the under-store; the others, which start at the same time, take its list. */
  private static final Duration LIST_AGE = Duration.ofMinutes(10);

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the server; overrides the file; repeatable.")
  private Map<String, String> given = Map.of();

  @Mixin private LogOptions logging = new LogOptions();

  @Override
  public Integer call() throws Exception {
    logging.apply();
    FatalErrors.exitOnFatalError();
    FluidVariables variables = FluidVariables.ofThisProcess();
    RuntimeFile file = variables.config();
    RuntimeFile.Content content = file.read();
    String name = variables.dataSet(content.config());
    Map<String, String> settings = settings(content.config());
    DataSetSpec spec = spec(file, name, content.config());
    return StopSignal.serve(
        stop -> {
          try (CacheServer server = CacheServer.start(config(settings, spec));
              AutoCloseable following =
                  file.follow(
                      content,
                      changed -> {
                        warnOfOtherSettings(settings, settings(changed));
                        server.node().serve(spec(file, name, changed));
                        Log.LOG.info(
                            "the mounts of data set '{}' are those of {}", name, file.path());
                      })) {
            Thread.ofVirtual().start(() -> list(server.node().dataSets()));
            System.out.println("serving '" + name + "' at " + server.address());
            stop.await();
          }
        });
  }

  private Map<String, String> settings(RuntimeConfig config) throws IOException {
    InetAddress pod = InetAddress.getLocalHost();
    return WorkerSettings.of(config, pod.getHostName(), pod.getHostAddress(), given);
  }

  private static DataSetSpec spec(RuntimeFile file, String name, RuntimeConfig config) {
    return FluidDataSet.of(file.path(), name, config).spec();
  }

  private static ServerConfig config(Map<String, String> settings, DataSetSpec spec)
      throws IOException {
    ServerConfig plain = ServerConfig.load(List.of(), settings, Log.LOG::warn);
    return new ServerConfig(
        plain.name(),
        plain.node(),
        plain.tcp(),
        plain.unix(),
        plain.admin(),
        plain.members(),
        plain.announcement(),
        List.of(spec),
        plain.secrets(),
        plain.readers(),
        plain.security());
  }

  private static void warnOfOtherSettings(Map<String, String> used, Map<String, String> wanted) {
    if (!used.equals(wanted)) {
      Log.LOG.warn(
          "tiers and settings of the runtime have changed; a running worker keeps those that it"
              + " started with: restart the worker pods");
    }
  }

  /**
   * What is in the data set is part of Fluid's figures, so it is listed without being asked for.
   */
  private static void list(List<NodeDataSet> dataSets) {
    for (NodeDataSet dataSet : dataSets) {
      if (!dataSet.spec().policy().metadata().always()) {
        try {
          dataSet.snapshot(LIST_AGE, SnapshotTolerance.DEFAULT, found -> {});
        } catch (IOException | RuntimeException e) {
          Log.LOG.warn(
              "data set '{}' is not listed, so the share that is cached is not reported; a DataLoad"
                  + " with loadMetadata lists it: {}",
              dataSet.spec().name(),
              e.getMessage());
        }
      }
    }
  }
}

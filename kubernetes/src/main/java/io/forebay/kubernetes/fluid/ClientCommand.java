package io.forebay.kubernetes.fluid;

import io.forebay.cli.ForebayCommand;
import io.forebay.cli.logging.LogOptions;
import io.forebay.fuse.mount.StaleMounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Mounts the data set of a runtime until the process is told to stop. */
@Command(
    name = "client",
    description = {
      "Mounts the data set in a client pod, as soon as its workers answer.",
      "The mount is at FLUID_RUNTIME_MOUNT_PATH, and read-only unless the access modes of the data set permit"
          + " writing.",
      "The options of the client in the file FLUID_RUNTIME_CONFIG_PATH are mount options ('forebay mount"
          + " --help')."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110)
final class ClientCommand implements Callable<Integer> {

  /** Not made before the level is known. */
  private static final class Log {
    private static final Logger LOG = LoggerFactory.getLogger(ClientCommand.class);
  }

  /** The pod is not ready meanwhile. */
  private static final Duration FOR_EVER = Duration.ofDays(365);

  @Mixin private LogOptions logging = new LogOptions();

  @Override
  public Integer call() throws Exception {
    logging.apply();
    FluidVariables variables = FluidVariables.ofThisProcess();
    RuntimeConfig config = variables.config().read().config();
    String name = variables.dataSet(config);
    Path point = variables.mountPoint(config);
    String members = Workers.members(config, config.clientOptions());
    removeEmptyFolder(point);
    AwaitedWorkers.await(name, members, FOR_EVER);
    // Nobody can make a directory where a mount is dead.
    StaleMounts.remove().forEach(path -> Log.LOG.warn("removed {}, left by a dead mount", path));
    Files.createDirectories(point);
    CommandLine mount = ForebayCommand.commandLine("mount");
    try {
      return mount.execute(
          ClientMount.arguments(name, point, members, config).toArray(String[]::new));
    } finally {
      removeEmptyFolder(point);
    }
  }

  /** It would look like an empty data set. A folder that is mounted on cannot be removed. */
  private static void removeEmptyFolder(Path point) {
    try {
      if (Files.isDirectory(point)) {
        Files.delete(point);
      }
    } catch (IOException e) {
      Log.LOG.debug("{} stays", point, e);
    }
  }
}

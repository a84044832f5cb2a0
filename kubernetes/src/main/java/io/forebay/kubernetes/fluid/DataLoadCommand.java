package io.forebay.kubernetes.fluid;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.cli.logging.LogOptions;
import io.forebay.config.DataSize;
import io.forebay.dataset.load.FileTree;
import io.forebay.dataset.load.LoadProgress;
import io.forebay.dataset.load.Loader;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Warms up the data set of a runtime. */
@Command(
    name = "load",
    description = {
      "Warms up the data set, in the job of a DataLoad.",
      "FLUID_DATALOAD_METADATA says whether to list the under-store first, FLUID_DATALOAD_DATA_PATH which paths"
          + " to load, and FLUID_DATALOAD_PATH_REPLICAS to how many workers.",
      "Exit status 0 if every requested byte is cached and verified, 1 otherwise; files that are cached are not"
          + " fetched again."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110)
final class DataLoadCommand implements Callable<Integer> {

  /** Not made before the level is known. */
  private static final class Log {
    private static final Logger LOG = LoggerFactory.getLogger(DataLoadCommand.class);
  }

  /** At a time; each worker limits its requests to the under-store by itself. */
  private static final int REQUESTS = 32;

  /** Nothing is heard of a worker that lists a large under-store until it is done. */
  private static final Duration LISTING_PATIENCE = Duration.ofMinutes(10);

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      description = "The longest wait for the workers (default: 5m).")
  private Duration wait = Duration.ofMinutes(5);

  @Mixin private LogOptions logging = new LogOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    logging.apply();
    FluidVariables variables = FluidVariables.ofThisProcess();
    DataLoadRequest request = DataLoadRequest.of(variables);
    RuntimeConfig config = variables.config().read().config();
    String name = variables.dataSet(config);
    String members = Workers.members(config, config.workers().options());
    LoadProgress progress = new LoadProgress();
    AwaitedWorkers.await(name, members, wait);
    try (Forebay forebay = Forebay.builder().servers(members).patience(LISTING_PATIENCE).open()) {
      DataSet dataSet = forebay.dataSet(name);
      if (request.metadata()) {
        dataSet.refresh(); // one worker lists, and all use what it found
      }
      new Loader(dataSet, FileTree.of(dataSet), REQUESTS).load(request.targets(), progress);
    }
    LoadProgress.Counts counts = progress.counts();
    spec.commandLine()
        .getOut()
        .printf(
            "loaded %,d of %,d files, %s of %s%n",
            counts.filesDone(),
            counts.files(),
            new DataSize(counts.bytesDone()),
            new DataSize(counts.bytes()));
    progress
        .failures()
        .forEach(failure -> Log.LOG.warn("not loaded: {}: {}", failure.path(), failure.reason()));
    return counts.failed() == 0 ? 0 : 1;
  }
}

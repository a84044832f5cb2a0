package io.forebay.samples.quickstart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Trains from a bucket directly, through Forebay, and from local disk, and compares. */
@Command(
    name = "forebay quickstart",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    sortOptions = false,
    description = {
      "Starts an OSS server shaped like a remote bucket, fills it with generated images, starts two"
          + " cache servers, and trains the same small CNN three times: reading from OSS directly,"
          + " through Forebay, and from local disk. Prints a table and writes a page with a chart."
    },
    footer = {
      "",
      "Examples:",
      "  ./forebay quickstart                               the whole comparison, some minutes",
      "  ./forebay quickstart --images 1000 --epochs 2      the same in small",
      "  ./forebay quickstart --first-byte 60 --loaders 8   a bucket farther away, more threads",
      "  ./forebay quickstart --cache 50                    a data set twice as large as the cache",
      "  ./forebay quickstart --trainers 2                  two trainings at once on one data set"
    })
public final class Quickstart implements Callable<Integer> {

  static final String DIRECT = "OSS directly";
  static final String FOREBAY = "Forebay";
  static final String LOCAL = "local disk";

  @Mixin private final Settings settings = new Settings();

  private Quickstart() {}

  public static void main(String[] arguments) {
    run(new Quickstart(), arguments);
  }

  /** Runs a sample's command, and ends this process. */
  static void run(Callable<Integer> sample, String... arguments) {
    CommandLine command = new CommandLine(sample);
    command.setExecutionExceptionHandler(
        (failure, line, result) -> {
          boolean usage = failure instanceof IllegalArgumentException;
          line.getErr()
              .println(line.getCommandName() + ": " + (usage ? failure.getMessage() : failure));
          return CommandLine.ExitCode.SOFTWARE;
        });
    System.exit(command.execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    settings.check();
    try (Site site = Site.open(settings)) {
      Report report = new Report(settings, site.describe());
      compare(site, report);
      report.page().print(settings.html == null ? Path.of("quickstart.html") : settings.html);
    }
    return 0;
  }

  /**
   * The three trainings take turns, epoch by epoch, so that whatever else the machine does meets
   * all of them.
   */
  private void compare(Site site, Report report) throws Exception {
    try (Trainer trainer = trainer(site);
        Training direct = trainer.from(DIRECT);
        Training cached = trainer.from(FOREBAY);
        Training bound = trainer.from(LOCAL)) {
      List<Training> trainings = new ArrayList<>(List.of(direct, cached, bound));
      for (int epoch = 1; epoch <= settings.epochs; epoch++) {
        for (Training each : trainings) {
          report.add(each.next());
        }
        Collections.rotate(trainings, -1);
      }
    }
  }

  private Trainer trainer(Site site) throws Exception {
    Path node = site.node();
    return settings.python == null
        ? new DjlTrainer(settings, site.bucket(), site.images(), node)
        : new PyTorchTrainer(
            settings, site.bucket(), site.images(), node, node.resolveSibling("mnt"));
  }
}

package io.forebay.samples.quickstart;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;
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
      "  ./forebay quickstart --first-byte 60 --loaders 8   a bucket farther away, more threads"
    })
public final class Quickstart implements Callable<Integer> {

  static final String DIRECT = "OSS directly";
  static final String FOREBAY = "Forebay";
  static final String LOCAL = "local disk";

  @Mixin private final Settings settings = new Settings();

  private Quickstart() {}

  public static void main(String[] arguments) {
    CommandLine command = new CommandLine(new Quickstart());
    command.setExecutionExceptionHandler(
        (failure, line, result) -> {
          boolean usage = failure instanceof IllegalArgumentException;
          line.getErr().println("forebay quickstart: " + (usage ? failure.getMessage() : failure));
          return CommandLine.ExitCode.SOFTWARE;
        });
    System.exit(command.execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    settings.check();
    Path work = Files.createTempDirectory("forebay-quickstart-");
    Thread cleaner = new Thread(() -> deleteTree(work));
    Runtime.getRuntime().addShutdownHook(cleaner);
    Report report = new Report(settings, machine());
    Path images = work.resolve("images");
    generate(images);
    try (Bucket bucket = new Bucket(images, settings)) {
      compare(work, images, bucket, report);
    }
    report.writeHtml(settings.html);
    System.out.println();
    System.out.println(report.setting());
    System.out.println();
    System.out.print(report.table());
    System.out.println();
    report.summary().forEach(System.out::println);
    System.out.println("The same with a chart: " + settings.html.toAbsolutePath());
    return 0;
  }

  private void generate(Path root) {
    Images images = new Images(settings.pixels, settings.seed);
    try (ProgressBar bar = Progress.bar("generating images", settings.images)) {
      IntStream.range(0, settings.images)
          .parallel()
          .forEach(
              index -> {
                try {
                  images.write(root, index);
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
                bar.step();
              });
    }
  }

  /**
   * The three trainings take turns, epoch by epoch, so that whatever else the machine does meets
   * all of them.
   */
  private void compare(Path work, Path images, Bucket bucket, Report report) throws Exception {
    List<String> members =
        List.of("node-a=127.0.0.1:" + freePort(), "node-b=127.0.0.1:" + freePort());
    Path own = work.resolve("node-a");
    try (ForebayProcess a = server(own, members.get(0), members, bucket);
        ForebayProcess b = server(work.resolve("node-b"), members.get(1), members, bucket);
        Trainer trainer = trainer(images, own, bucket);
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

  private Trainer trainer(Path images, Path node, Bucket bucket) throws Exception {
    return settings.python == null
        ? new DjlTrainer(settings, bucket, images, node)
        : new PyTorchTrainer(settings, bucket, images, node, node.resolveSibling("mnt"));
  }

  private static ForebayProcess server(
      Path directory, String member, List<String> members, Bucket bucket) throws IOException {
    String[] parts = member.split("=", 2);
    return ServerProcess.start(directory, parts[0], parts[1], members, bucket);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static String machine() {
    return String.format(
        "Measured on %s with %d cores, %s %s, Java %s",
        LocalDate.now(ZoneOffset.UTC),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        System.getProperty("java.version"));
  }

  private static void deleteTree(Path root) {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.err.println("could not remove " + root + ": " + e.getMessage());
    }
  }
}

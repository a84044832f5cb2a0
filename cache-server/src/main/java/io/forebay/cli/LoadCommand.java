package io.forebay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.config.DataSize;
import io.forebay.config.TextFile;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Warms a data set up. */
@Command(
    name = "load",
    description = {
      "Warms up a data set: lists it, fetches its files, or both.",
      "Each file goes to the server that owns it; files that are cached already are not fetched again.",
      "The load runs in the server and continues after a restart; this command shows its progress.",
      "Exit status 0 if every requested byte is cached and verified, 1 otherwise."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  forebay load --node /var/lib/forebay images                     metadata and data of all files",
      "  forebay load --node /var/lib/forebay images train val --data",
      "  forebay load --node /var/lib/forebay images 'train/*/*.jpg' --replicas 2",
      "  forebay load --node /var/lib/forebay images --files list.txt --no-wait",
      "  forebay load --node /var/lib/forebay images --cancel"
    })
final class LoadCommand implements Callable<Integer> {

  private static final long LOOK_MILLIS = 200;

  /** Between lines where there is no terminal. */
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Failures that are printed. */
  private static final int PRINTED = 20;

  @Mixin private Admin admin;

  @Parameters(
      index = "0",
      paramLabel = "DATASET",
      description = "Name or root URI of the data set.")
  private String dataSet;

  @Parameters(
      index = "1..*",
      paramLabel = "PATH",
      description = "Files, whole directories, or globs (default: all files).")
  private List<String> paths = List.of();

  @ArgGroup private What what = new What();

  /** One of them. */
  private static final class What {
    @Option(names = "--metadata", description = "Only lists the under-store into a new snapshot.")
    private boolean metadata;

    @Option(names = "--data", description = "Only fetches files, without a new listing.")
    private boolean data;

    @Option(names = "--both", description = "Lists, then fetches files (default).")
    private boolean both;
  }

  @Option(
      names = "--replicas",
      paramLabel = "N",
      defaultValue = "1",
      description = "Number of servers that get a copy of each file (default: ${DEFAULT-VALUE}).")
  private int replicas;

  @Option(
      names = "--files",
      paramLabel = "FILE",
      description = "File with more paths or globs, one per line.")
  private Path files;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the load (default: load-DATASET).")
  private String name;

  @Mixin private ToleranceOptions acceptable;

  @Option(names = "--no-wait", description = "Starts the load and does not wait for it.")
  private boolean noWait;

  @Option(
      names = "--cancel",
      description = "Cancels the load with this name; files that it fetched stay cached.")
  private boolean cancel;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (replicas < 1) {
      throw new ParameterException(
          spec.commandLine(), "--replicas is " + replicas + "; use a whole number of at least 1");
    }
    String called = name != null ? name : "load-" + dataSet.replaceAll("[^-_.a-zA-Z0-9]", "-");
    PrintWriter out = spec.commandLine().getOut();
    if (cancel) {
      admin.post("/load/cancel", Map.of("name", called));
      out.println("load '" + called + "' is cancelled; files that it fetched stay cached");
      out.flush();
      return 0;
    }
    List<String> wanted = new ArrayList<>(paths);
    if (files != null) {
      wanted.addAll(TextFile.read(files).lines().toList());
    }
    Map<String, String> parameters = new HashMap<>();
    parameters.put("name", called);
    parameters.put("dataset", dataSet);
    parameters.put("metadata", Boolean.toString(what.both || !what.data));
    parameters.put("data", Boolean.toString(what.both || !what.metadata));
    parameters.put("replicas", Integer.toString(replicas));
    parameters.putAll(acceptable.parameters());
    admin.post("/load", parameters, String.join("\n", wanted));
    if (noWait) {
      out.println("load '" + called + "' has started; 'forebay loads' shows its progress");
      out.flush();
      return 0;
    }
    JsonNode end = watch(called, out);
    print(end, out);
    out.flush();
    return end.get("phase").asText().equals("Complete") ? 0 : 1;
  }

  private JsonNode watch(String called, PrintWriter out) throws IOException, InterruptedException {
    ObjectMapper json = new ObjectMapper();
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    long lineAt = System.nanoTime() + LINE_NANOS;
    ProgressBar listing = null;
    ProgressBar fetching = null;
    try {
      while (true) {
        JsonNode now = json.readTree(admin.get("/load/status", Map.of("name", called)));
        JsonNode counts = now.get("counts");
        if (terminal && counts.get("listed").asLong() > 0) {
          listing = listing != null ? listing : bar("listing", " files", 1);
          listing.stepTo(counts.get("listed").asLong());
        }
        if (terminal && counts.get("bytes").asLong() > 0) {
          fetching = fetching != null ? fetching : bar("loading", "MiB", 1 << 20);
          fetching.maxHint(counts.get("bytes").asLong());
          fetching.stepTo(counts.get("bytesDone").asLong());
          fetching.setExtraMessage(
              String.format(
                  Locale.ROOT,
                  "%,d/%,d files",
                  counts.get("filesDone").asLong(),
                  counts.get("files").asLong()));
        }
        String phase = now.get("phase").asText();
        if (phase.equals("Complete") || phase.equals("Failed")) {
          return now;
        }
        if (!terminal && System.nanoTime() - lineAt > 0) {
          lineAt = System.nanoTime() + LINE_NANOS;
          out.println(line(now));
          out.flush();
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    } finally {
      if (listing != null) {
        listing.close();
      }
      if (fetching != null) {
        fetching.close();
      }
    }
  }

  private static ProgressBar bar(String task, String unit, long size) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setUnit(unit, size)
        .setStyle(ProgressBarStyle.UNICODE_BLOCK)
        .setMaxRenderedLength(110)
        .showSpeed()
        .build();
  }

  /** How a load goes, in a line. */
  static String line(JsonNode load) {
    JsonNode counts = load.get("counts");
    double rate = load.get("bytesPerSecond").asDouble();
    long left = counts.get("bytes").asLong() - counts.get("bytesDone").asLong();
    StringBuilder text = new StringBuilder();
    text.append(load.get("name").asText()).append(": ").append(load.get("phase").asText());
    if (counts.get("listed").asLong() > 0) {
      text.append(String.format(Locale.ROOT, ", %,d listed", counts.get("listed").asLong()));
    }
    if (counts.get("files").asLong() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              ", %,d of %,d files cached, %s of %s",
              counts.get("filesDone").asLong(),
              counts.get("files").asLong(),
              new DataSize(counts.get("bytesDone").asLong()),
              new DataSize(counts.get("bytes").asLong())));
    }
    if (counts.get("failed").asLong() > 0) {
      text.append(String.format(Locale.ROOT, ", %,d failed", counts.get("failed").asLong()));
    }
    // What was there already counts too, so that a rate says something only of what is to come.
    text.append(
        rate > 0 && left > 0 && load.get("phase").asText().equals("Executing")
            ? String.format(
                Locale.ROOT, ", %s/s, %.0f s left", new DataSize((long) rate), left / rate)
            : String.format(Locale.ROOT, ", %.1f s", load.get("seconds").asDouble()));
    return text.toString();
  }

  private static void print(JsonNode end, PrintWriter out) {
    out.println(line(end));
    if (!end.get("reason").asText().isEmpty()) {
      out.println(end.get("reason").asText());
    }
    if (end.get("unreadable").asLong() > 0) {
      out.printf(
          Locale.ROOT,
          "the snapshot is incomplete: the server cannot read %,d entries of the under-store; its log"
              + " names them; --strict refuses such a snapshot%n",
          end.get("unreadable").asLong());
    }
    int printed = 0;
    for (JsonNode failure : end.get("failures")) {
      if (printed++ == PRINTED) {
        out.println("  ... 'forebay loads -o json' shows more");
        break;
      }
      out.println("  " + failure.get("path").asText() + ": " + failure.get("reason").asText());
    }
  }
}

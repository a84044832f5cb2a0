package io.forebay.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists a directory of a data set. */
@Command(
    name = "ls",
    description = "Lists a directory of a data set, or of one of its snapshots.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  forebay ls --node /var/lib/forebay images train",
      "  forebay ls --node /var/lib/forebay -R images@20260131-142536-789"
    })
final class ListCommand implements Callable<Integer> {

  @Mixin private Client client;
  @Mixin private Output output;

  @Parameters(
      index = "0",
      paramLabel = "DATASET",
      description = "Name or root URI of the data set.")
  private String dataSet;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      description = "A directory (default: the root).")
  private String path = "";

  @Option(
      names = "-R",
      description = "Lists all files below the directory instead of its children.")
  private boolean recursive;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    try (Forebay forebay = client.open(dataSet)) {
      var data = forebay.dataSet(dataSet);
      List<FileStatus> entries =
          (recursive ? data.walk(path) : data.list(path))
              .stream().sorted(Comparator.comparing(FileStatus::path)).toList();
      if (entries.isEmpty()) {
        spec.commandLine().getErr().println("forebay: the directory is empty");
      }
      output.print(
          new ObjectMapper()
                  .writerWithDefaultPrettyPrinter()
                  .writeValueAsString(entries.stream().map(Entry::of).toList())
              + "\n",
          spec.commandLine().getOut(),
          (json, out) ->
              entries.forEach(
                  e ->
                      out.printf(
                          Locale.ROOT,
                          "%,15d  %-20s  %s%n",
                          e.size(),
                          e.directory() ? "-" : e.modified(),
                          e.path() + (e.directory() ? "/" : ""))));
    }
    return 0;
  }
}

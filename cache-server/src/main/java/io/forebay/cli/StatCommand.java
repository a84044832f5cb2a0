package io.forebay.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what is known of a file. */
@Command(
    name = "stat",
    description = "Shows path, size, time and version of a file or directory.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay stat --node /var/lib/forebay images train/1.jpg"})
final class StatCommand implements Callable<Integer> {

  @Mixin private Client client;
  @Mixin private Output output;

  @Parameters(
      index = "0",
      paramLabel = "DATASET",
      description = "Name or root URI of the data set.")
  private String dataSet;

  @Parameters(index = "1", paramLabel = "PATH", description = "A file or directory.")
  private String path;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    try (Forebay forebay = client.open(dataSet)) {
      FileStatus status = forebay.dataSet(dataSet).stat(path);
      output.print(
          new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(Entry.of(status))
              + "\n",
          spec.commandLine().getOut(),
          (json, out) ->
              json.properties()
                  .forEach(p -> out.printf("%-15s %s%n", p.getKey(), p.getValue().asText())));
    }
    return 0;
  }
}

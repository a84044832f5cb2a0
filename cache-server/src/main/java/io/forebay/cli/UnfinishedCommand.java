package io.forebay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists and removes what killed writers left in the under-store. */
@Command(
    name = "unfinished",
    description = {
      "Lists writes to the under-store that were begun and have not ended, and removes them on demand.",
      "Writers that were killed leave such: files '.forebay-unfinished-...', or multipart uploads, which cost space",
      "and are in no listing. Those of writers at work are among them, so only old ones are shown."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  forebay unfinished --node /var/lib/forebay checkpoints",
      "  forebay unfinished --node /var/lib/forebay checkpoints --older-than 7d --remove"
    })
final class UnfinishedCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Mixin private Output output;

  @Parameters(paramLabel = "DATASET")
  private String dataSet;

  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      defaultValue = "1d",
      description =
          "Only what was begun, or last written to, so long ago, such as 12h or 7d (default:"
              + " ${DEFAULT-VALUE}).")
  private Duration olderThan;

  @Option(names = "--remove", description = "Removes them. A writer that is at work still fails.")
  private boolean remove;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Map<String, String> parameters = Map.of("dataset", dataSet, "olderThan", seconds(olderThan));
    output.print(
        remove
            ? admin.post("/unfinished/remove", parameters)
            : admin.get("/unfinished", parameters),
        spec.commandLine().getOut(),
        this::table);
    return 0;
  }

  private void table(JsonNode writes, PrintWriter out) {
    for (JsonNode each : writes) {
      out.printf(
          "%s  %s  %s%n",
          Instant.ofEpochMilli(each.get("sinceMillis").asLong()),
          each.get("path").asText(),
          each.get("upload").asText());
    }
    out.printf("%d %s%n", writes.size(), remove ? "removed" : "unfinished");
  }

  private static String seconds(Duration duration) {
    return duration == null ? null : duration.toSeconds() + "s";
  }
}

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
      "Lists unfinished writes in the under-store, and removes them with --remove.",
      "Killed writers leave them: files '.forebay-unfinished-...' or multipart uploads, which take space but",
      "appear in no listing. Active writers have such files too, so the command shows only old ones."
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

  @Parameters(paramLabel = "DATASET", description = "Name or root URI of the data set.")
  private String dataSet;

  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      defaultValue = "1d",
      description =
          "Only writes that started, or were last written to, this long ago, such as 12h or 7d"
              + " (default: ${DEFAULT-VALUE}).")
  private Duration olderThan;

  @Option(
      names = "--remove",
      description =
          "Removes the listed writes. If a listed write is still active, its writer fails.")
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

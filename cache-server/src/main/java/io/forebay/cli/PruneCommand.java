package io.forebay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.config.DataSize;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Removes files of a data set from a server's cache. */
@Command(
    name = "prune",
    description = "Removes files of a data set from the cache: those that meet all conditions.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  forebay prune --node /var/lib/forebay images                     all files",
      "  forebay prune --node /var/lib/forebay images train/old",
      "  forebay prune --node /var/lib/forebay images --unused-for 7d",
      "  forebay prune --node /var/lib/forebay images --not-in-snapshot   old versions"
    })
final class PruneCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Mixin private DataSetPath target;

  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      description = "Only files that were cached at least this long ago, such as 30m, 12h or 7d.")
  private Duration olderThan;

  @Option(
      names = "--unused-for",
      paramLabel = "DURATION",
      description =
          "Only files that were not read for this long; a restart of the server counts as a read.")
  private Duration unusedFor;

  @Option(
      names = "--not-in-snapshot",
      description = "Only file versions that are not in the data set's current list.")
  private boolean notInSnapshot;

  @Option(names = "--pinned-too", description = "Also removes pinned files.")
  private boolean pinnedToo;

  @Override
  public Integer call() throws Exception {
    Map<String, String> parameters = target.parameters();
    put(parameters, "olderThan", seconds(olderThan));
    put(parameters, "unusedFor", seconds(unusedFor));
    put(parameters, "notInSnapshot", notInSnapshot ? "" : null);
    put(parameters, "pinnedToo", pinnedToo ? "" : null);
    JsonNode answer = new ObjectMapper().readTree(admin.post("/prune", parameters));
    System.out.printf(
        "%s removed, %s freed%n",
        Count.of(answer.get("files").asLong(), "file"), new DataSize(answer.get("bytes").asLong()));
    return 0;
  }

  private static void put(Map<String, String> parameters, String key, String value) {
    if (value != null) {
      parameters.put(key, value);
    }
  }

  private static String seconds(Duration duration) {
    return duration == null ? null : duration.toSeconds() + "s";
  }
}

package io.forebay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.config.DataSize;
import io.forebay.spec.SnapshotId;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists data sets and keeps the lists. */
@Command(
    name = "snapshot",
    description = {
      "Manages snapshots: immutable lists of all files of a data set.",
      "Readers see the snapshot in use; a trainer that opens DATASET@SNAPSHOT pins that snapshot."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  forebay snapshot create --node /var/lib/forebay images",
      "  forebay snapshot list --node /var/lib/forebay images",
      "  forebay snapshot diff --node /var/lib/forebay images 20260131-142536-789 20260201-142536-789"
    })
final class SnapshotCommand {

  @Spec private CommandSpec spec;

  @Command(name = "create", description = "Lists the under-store into a new snapshot and uses it.")
  int create(
      @Mixin Admin admin,
      @Mixin ToleranceOptions acceptable,
      @Parameters(paramLabel = "DATASET") String dataSet)
      throws Exception {
    List<String> load = new ArrayList<>(List.of("load", "--metadata"));
    load.addAll(admin.arguments());
    load.addAll(acceptable.arguments());
    load.addAll(
        List.of("--name", "snapshot-" + dataSet.replaceAll("[^-_.a-zA-Z0-9]", "-"), dataSet));
    String[] arguments = load.toArray(String[]::new);
    Optional<JsonNode> before = inUse(admin, dataSet);
    int status =
        ForebayCommand.commandLine(arguments)
            .setOut(out())
            .setErr(spec.commandLine().getErr())
            .execute(arguments);
    Optional<JsonNode> now = inUse(admin, dataSet);
    if (status == 0 && now.isPresent()) {
      out()
          .printf(
              Locale.ROOT,
              "snapshot %s is in use%s: %,d files, %s%n",
              now.get().get("snapshot").asText(),
              now.equals(before) ? " as before, because nothing has changed" : "",
              now.get().get("files").asLong(),
              new DataSize(now.get().get("bytes").asLong()));
      out().flush();
    }
    return status;
  }

  private static Optional<JsonNode> inUse(Admin admin, String dataSet) throws Exception {
    for (JsonNode each :
        new ObjectMapper().readTree(admin.get("/snapshots", Map.of("dataset", dataSet)))) {
      if (each.get("inUse").asBoolean()) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  @Command(name = "list", description = "Shows the snapshots of a data set.")
  int list(
      @Mixin Admin admin, @Mixin Output output, @Parameters(paramLabel = "DATASET") String dataSet)
      throws Exception {
    output.print(admin.get("/snapshots", Map.of("dataset", dataSet)), out(), this::table);
    return 0;
  }

  @Command(name = "use", description = "Switches the data set to another snapshot.")
  int use(
      @Mixin Admin admin,
      @Mixin Output output,
      @Parameters(paramLabel = "DATASET") String dataSet,
      @Parameters(paramLabel = "SNAPSHOT") SnapshotId snapshot)
      throws Exception {
    String now =
        admin.post("/snapshot/use", Map.of("dataset", dataSet, "snapshot", snapshot.text()));
    output.print(now, out(), this::table);
    return 0;
  }

  @Command(
      name = "drop",
      description = "Removes a snapshot that is not in use, even if readers pin it.")
  int drop(
      @Mixin Admin admin,
      @Mixin Output output,
      @Parameters(paramLabel = "DATASET") String dataSet,
      @Parameters(paramLabel = "SNAPSHOT") SnapshotId snapshot)
      throws Exception {
    String now =
        admin.post("/snapshot/drop", Map.of("dataset", dataSet, "snapshot", snapshot.text()));
    output.print(now, out(), this::table);
    return 0;
  }

  @Command(name = "diff", description = "Compares two snapshots: + added, - removed, ~ changed.")
  int diff(
      @Mixin Admin admin,
      @Mixin Output output,
      @Parameters(paramLabel = "DATASET") String dataSet,
      @Parameters(paramLabel = "FROM") SnapshotId from,
      @Parameters(paramLabel = "TO") SnapshotId to)
      throws Exception {
    output.print(
        admin.get(
            "/snapshot/diff", Map.of("dataset", dataSet, "from", from.text(), "to", to.text())),
        out(),
        (diff, out) -> {
          diff.get("differences").forEach(d -> out.println(d.asText()));
          out.printf(
              Locale.ROOT,
              "%,d added, %,d removed, %,d changed%n",
              diff.get("added").asLong(),
              diff.get("removed").asLong(),
              diff.get("changed").asLong());
        });
    return 0;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private void table(JsonNode snapshots, PrintWriter out) {
    out.printf(
        "%-20s %-6s %-6s %14s %12s %9s %10s%n",
        "SNAPSHOT", "IN USE", "PINNED", "FILES", "BYTES", "LEFT OUT", "UNREADABLE");
    for (JsonNode each : snapshots) {
      out.printf(
          Locale.ROOT,
          "%-20s %-6s %-6s %,14d %12s %,9d %,10d%n",
          each.get("snapshot").asText(),
          each.get("inUse").asBoolean() ? "yes" : "",
          each.get("pinned").asBoolean() ? "yes" : "",
          each.get("files").asLong(),
          new DataSize(each.get("bytes").asLong()),
          each.get("leftOut").asLong(),
          each.get("unreadable").asLong());
    }
  }
}

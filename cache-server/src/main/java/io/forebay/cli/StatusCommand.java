package io.forebay.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.config.DataSize;
import io.forebay.server.admin.StatusReport;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what a server holds and how it is used. */
@Command(
    name = "status",
    description = "Prints what a cache server holds and how it is used.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  forebay status --node /var/lib/forebay",
      "  forebay status --admin 10.0.0.1:7071 -o json"
    })
final class StatusCommand implements Callable<Integer> {

  enum Format {
    table,
    json
  }

  @Mixin private Admin admin;

  @Option(
      names = "-o",
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    String json = admin.get("/status");
    PrintWriter out = spec.commandLine().getOut();
    if (format == Format.json) {
      out.print(json);
    } else {
      print(new ObjectMapper().readValue(json, StatusReport.class), out);
    }
    out.flush();
    return 0;
  }

  private static void print(StatusReport report, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s: %s, up %,d s, %,d files resident, %,d bad blocks found%n%n",
        report.name(),
        report.ready() ? "ready" : "starting",
        report.uptimeSeconds(),
        report.files(),
        report.corruptBlocks());
    out.printf(
        "%-5s %-5s %10s %10s %6s  %-9s  %s%n",
        "TIER", "KIND", "USED", "QUOTA", "", "STATE", "PATH");
    for (StatusReport.Tier tier : report.tiers()) {
      out.printf(
          Locale.ROOT,
          "%-5d %-5s %10s %10s %5.1f%%  %-9s  %s%n",
          tier.level(),
          tier.medium(),
          new DataSize(tier.usedBytes()),
          new DataSize(tier.quotaBytes()),
          tier.usedPercent(),
          tier.state(),
          tier.path() + (tier.trouble().isEmpty() ? "" : " (" + tier.trouble() + ")"));
    }
    out.printf(
        "%n%-24s %9s %10s %6s %-9s %6s %12s %s%n",
        "DATA SET", "FILES", "CACHED", "", "KEPT BY", "HITS", "THROUGHPUT", "PINS");
    for (StatusReport.DataSet dataSet : report.dataSets()) {
      out.printf(
          Locale.ROOT,
          "%-24s %,9d %10s %5.1f%% %-9s %5.1f%% %10s/s %s%n",
          dataSet.name(),
          dataSet.files(),
          new DataSize(dataSet.cachedBytes()),
          dataSet.cachedPercent(),
          dataSet.retention(),
          dataSet.hitPercent(),
          new DataSize((long) dataSet.bytesPerSecond()),
          dataSet.pins().isEmpty()
              ? ""
              : String.join(
                  ", ", dataSet.pins().stream().map(p -> p.isEmpty() ? "(all)" : p).toList()));
    }
  }
}

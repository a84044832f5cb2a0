package io.forebay.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.config.DataSize;
import io.forebay.server.admin.StatusReport;
import io.forebay.spec.DataSetReference;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what a server holds and how it is used. */
@Command(
    name = "status",
    description = {
      "Shows tiers, data sets, hit ratios and problems of a cache server.",
      "Exit status 1 if the under-store of a data set does not answer (phase Failed)."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  forebay status --node /var/lib/forebay",
      "  forebay status --admin 10.0.0.1:7071 -o json",
      "",
      "UFS FILES and UFS TOTAL come from the snapshot in use; 'forebay load --metadata' creates one."
    })
final class StatusCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Mixin private Output output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    String answer = admin.get("/status");
    StatusReport report = new ObjectMapper().readValue(answer, StatusReport.class);
    output.print(answer, spec.commandLine().getOut(), (json, out) -> print(report, out));
    return report.dataSets().stream().anyMatch(StatusReport.DataSet::isFailed) ? 1 : 0;
  }

  private static void print(StatusReport report, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s: %s, up %,d s, %,d files resident, %s for their names, %,d bad blocks found%n",
        report.name(),
        (report.ready() ? "ready" : "starting") + (report.draining() ? ", draining" : ""),
        report.uptimeSeconds(),
        report.files(),
        new DataSize(report.mapsBytes()),
        report.corruptBlocks());
    report.warnings().forEach(warning -> out.println("WARNING " + warning));
    report.troubles().forEach(trouble -> out.println("TROUBLE " + trouble));
    out.printf(
        "%n%-5s %-5s %10s %10s %6s  %-9s  %s%n",
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
        "%n%-24s %-9s %11s %10s %10s %8s %8s %-9s %6s %6s %12s %s%n",
        "DATA SET",
        "PHASE",
        "UFS FILES",
        "UFS TOTAL",
        "CACHED",
        "CACHED %",
        "FILES",
        "KEPT BY",
        "HITS",
        "LOCAL",
        "THROUGHPUT",
        "PINS");
    for (StatusReport.DataSet dataSet : report.dataSets()) {
      out.printf(
          Locale.ROOT,
          "%-24s %-9s %11s %10s %10s %8s %,8d %-9s %5.1f%% %5.1f%% %10s/s %s%n",
          dataSet.name(),
          dataSet.phase(),
          dataSet.fileNum() == null ? "not listed" : String.format("%,d", dataSet.fileNum()),
          dataSet.ufsTotal() == null ? "-" : new DataSize(dataSet.ufsTotal()).toString(),
          new DataSize(dataSet.cached()),
          dataSet.cachedPercentage() == null
              ? "-"
              : String.format(Locale.ROOT, "%.1f%%", dataSet.cachedPercentage()),
          dataSet.files(),
          dataSet.retention(),
          100 * dataSet.cacheHitRatio(),
          100 * dataSet.localHitRatio(),
          new DataSize((long) dataSet.throughput()),
          dataSet.pins().isEmpty()
              ? ""
              : String.join(
                  ", ", dataSet.pins().stream().map(p -> p.isEmpty() ? "(all)" : p).toList()));
    }
    for (StatusReport.Reference each : report.references()) {
      out.printf(
          "%n%s: %s to %s%n",
          each.name(), each.phase(), new DataSetReference(each.dataSet(), each.directory()));
    }
    report.dataSets().forEach(dataSet -> printTrouble(dataSet, out));
  }

  private static void printTrouble(StatusReport.DataSet dataSet, PrintWriter out) {
    if (!dataSet.reason().isEmpty()) {
      out.printf(
          "%n%s: %s since %s: %s%n",
          dataSet.name(), dataSet.phase(), dataSet.since(), dataSet.reason());
    }
    if (!dataSet.listingProblem().isEmpty()) {
      out.printf("%n%s: the last listing failed: %s%n", dataSet.name(), dataSet.listingProblem());
    }
    if (dataSet.unreadable() != null && dataSet.unreadable() > 0) {
      out.printf(
          Locale.ROOT,
          "%n%s: the snapshot in use is incomplete: the server cannot read %,d entries; its log"
              + " names them%n",
          dataSet.name(),
          dataSet.unreadable());
    }
  }
}

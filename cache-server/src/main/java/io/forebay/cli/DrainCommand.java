package io.forebay.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.config.DataSize;
import io.forebay.server.admin.Departure;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes a server out of its cluster without a loss. */
@Command(
    name = "drain",
    description = {
      "Prepares a server for its stop: it owns no files any more, and the servers that own them now",
      "take what it has from it, so that nothing is fetched from the under-store again.",
      "Returns when they have. Reads go on meanwhile, and a restart ends it."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Where people write down the members (a list, a file), mark the server there first, with",
      "state=draining behind its address; servers in etcd say it themselves.",
      "",
      "Examples:",
      "  forebay drain --node /var/lib/forebay && systemctl stop forebay",
      "  forebay drain --node /var/lib/forebay --cancel"
    })
final class DrainCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Option(names = "--cancel", description = "Have the server own files again.")
  private boolean cancel;

  @Override
  public Integer call() throws Exception {
    if (cancel) {
      admin.post("/undrain", Map.of());
      System.out.println("the server owns files again");
      return 0;
    }
    Departure.Report report =
        new ObjectMapper().readValue(admin.post("/drain", Map.of()), Departure.Report.class);
    System.out.printf(
        "drained: %,d files (%s) are with other servers; the server can be stopped%n",
        report.files(), new DataSize(report.bytes()));
    if (report.failed() > 0) {
      System.out.printf(
          "%,d files are not, and will be fetched again; the first: %s%n",
          report.failed(), report.reason());
      return 1;
    }
    return 0;
  }
}

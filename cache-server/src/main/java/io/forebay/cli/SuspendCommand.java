package io.forebay.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Has a server leave an under-store alone. */
@Command(
    name = "suspend",
    description = {
      "Stops all requests to the under-store of a data set until 'forebay resume'.",
      "The server still serves cached files; other reads fail with the reason.",
      "A suspension survives restarts."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay suspend --node /var/lib/forebay images"})
final class SuspendCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Parameters(paramLabel = "DATASET", description = "Name or root URI of the data set.")
  private String dataSet;

  @Override
  public Integer call() throws Exception {
    admin.post("/suspend", Map.of("dataset", dataSet));
    System.out.println(
        "the under-store of data set '"
            + dataSet
            + "' is suspended; to end this, run: forebay resume "
            + dataSet);
    return 0;
  }
}

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
      "Has a server ask the under-store of a data set for nothing more, until it is resumed.",
      "What is cached is served as before; whatever else is asked for fails and says why.",
      "It stays so over restarts."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay suspend --node /var/lib/forebay images"})
final class SuspendCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Parameters(paramLabel = "DATASET", description = "Its name or root.")
  private String dataSet;

  @Override
  public Integer call() throws Exception {
    admin.post("/suspend", Map.of("dataset", dataSet));
    System.out.println(
        "the under-store of data set '"
            + dataSet
            + "' is left alone from now on; take that back with: forebay resume "
            + dataSet);
    return 0;
  }
}

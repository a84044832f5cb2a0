package io.forebay.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes a suspension back. */
@Command(
    name = "resume",
    description = "Ends 'forebay suspend': the server sends requests to the under-store again.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay resume --node /var/lib/forebay images"})
final class ResumeCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Parameters(paramLabel = "DATASET", description = "Name or root URI of the data set.")
  private String dataSet;

  @Override
  public Integer call() throws Exception {
    admin.post("/resume", Map.of("dataset", dataSet));
    System.out.println("the under-store of data set '" + dataSet + "' is in use again");
    return 0;
  }
}

package io.forebay.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Takes a pin back. */
@Command(
    name = "unpin",
    description = "Removes a pin.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay unpin --node /var/lib/forebay images train/hot"})
final class UnpinCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Mixin private DataSetPath target;

  @Override
  public Integer call() throws Exception {
    String answer = admin.post("/unpin", target.parameters());
    System.out.printf(
        "unpinned; %s at this path now%n",
        Count.of(new ObjectMapper().readTree(answer).get("files").asLong(), "cached file"));
    return 0;
  }
}

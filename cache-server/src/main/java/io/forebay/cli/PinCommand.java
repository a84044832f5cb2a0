package io.forebay.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Keeps what is cached at a path, and what comes there later, until it is unpinned. */
@Command(
    name = "pin",
    description = {
      "Pins a path of a data set.",
      "The server does not evict files there, cached now or later, until 'forebay unpin'."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay pin --node /var/lib/forebay images train/hot"})
final class PinCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Mixin private DataSetPath target;

  @Override
  public Integer call() throws Exception {
    String answer = admin.post("/pin", target.parameters());
    System.out.printf(
        "pinned; %s at this path now%n",
        Count.of(new ObjectMapper().readTree(answer).get("files").asLong(), "cached file"));
    return 0;
  }
}

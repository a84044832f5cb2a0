package io.forebay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.config.DataSize;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes a data set out of service. */
@Command(
    name = "drop",
    description = {
      "Takes a data set out of service, with all that is cached of it.",
      "Its snapshots and pins go too. The under-store is not touched."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay drop --node /var/lib/forebay images"})
final class DropCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Parameters(paramLabel = "DATASET", description = "Its name or root.")
  private String dataSet;

  @Override
  public Integer call() throws Exception {
    JsonNode answer = new ObjectMapper().readTree(admin.post("/drop", Map.of("dataset", dataSet)));
    System.out.printf(
        "dropped; %,d files removed, %s freed%n",
        answer.get("files").asLong(), new DataSize(answer.get("bytes").asLong()));
    return 0;
  }
}

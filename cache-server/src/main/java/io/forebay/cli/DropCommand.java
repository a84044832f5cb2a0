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
      "Its snapshots, pins and loads go too. The under-store is not touched."
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
        "data set '%s' is dropped: %s removed, %s freed%n",
        dataSet,
        Count.of(answer.get("files").asLong(), "cached file"),
        new DataSize(answer.get("bytes").asLong()));
    if (answer.get("configured").asBoolean()) {
      System.out.println(
          "the server's configuration has it, so it is served again after a restart unless you take"
              + " it out there");
    }
    return 0;
  }
}

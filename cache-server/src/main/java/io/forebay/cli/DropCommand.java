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
      "Removes a data set from the server, with its cached files, snapshots, pins and loads.",
      "Does not change the under-store."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay drop --node /var/lib/forebay images"})
final class DropCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Parameters(paramLabel = "DATASET", description = "Name or root URI of the data set.")
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
          "the server's configuration still defines it: the server serves it again after a restart"
              + " unless you remove it there");
    }
    return 0;
  }
}

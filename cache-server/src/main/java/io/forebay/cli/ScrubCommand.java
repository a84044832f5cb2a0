package io.forebay.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Checks everything that a server holds. */
@Command(
    name = "scrub",
    description = {
      "Compares every cached block with its checksum.",
      "Drops bad blocks; the next read fetches them again. Exit status 1 if there are bad blocks."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay scrub --node /var/lib/forebay"})
final class ScrubCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Override
  public Integer call() throws Exception {
    long bad =
        new ObjectMapper().readTree(admin.post("/scrub", Map.of())).get("badBlocks").asLong();
    System.out.println(Count.of(bad, "bad block"));
    return bad == 0 ? 0 : 1;
  }
}

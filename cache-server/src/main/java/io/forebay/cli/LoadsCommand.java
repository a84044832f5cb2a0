package io.forebay.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows the loads of a server. */
@Command(
    name = "loads",
    description = "Shows loads that run, wait, or ended within the last hour.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay loads --node /var/lib/forebay"})
final class LoadsCommand implements Callable<Integer> {

  @Mixin private Admin admin;
  @Mixin private Output output;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    output.print(
        admin.get("/loads"),
        spec.commandLine().getOut(),
        (loads, out) -> {
          loads.forEach(
              load -> {
                String next = load.get("next").asText();
                String reason = load.get("reason").asText();
                out.println(
                    LoadCommand.line(load)
                        + (reason.isEmpty() ? "" : "; " + reason)
                        + (next.isEmpty() ? "" : "; next at " + next));
              });
          if (loads.isEmpty()) {
            out.println("no loads");
          }
        });
    return 0;
  }
}

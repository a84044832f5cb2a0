package io.forebay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Gives a running server data sets and loads, as Fluid's manifests say them. */
@Command(
    name = "apply",
    description = {
      "Gives a running server data sets and loads, as Fluid's manifests say them.",
      "(data.fluid.io/v1alpha1: Dataset, JindoRuntime, DataLoad.) The server keeps them over restarts."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Examples:",
      "  forebay apply --node /var/lib/forebay -f dataset.yaml",
      "  kubectl get dataset images -o yaml | forebay apply --node /var/lib/forebay -f -"
    })
final class ApplyCommand implements Callable<Integer> {

  @Mixin private Admin admin;

  @Option(
      names = {"-f", "--filename"},
      required = true,
      paramLabel = "FILE",
      description = "YAML with any number of documents; - for standard input.")
  private List<String> files;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    for (String file : files) {
      JsonNode outcome =
          new ObjectMapper().readTree(admin.post("/apply", Map.of("file", file), read(file)));
      outcome
          .get("warnings")
          .forEach(w -> spec.commandLine().getErr().println("warning: " + w.asText()));
      outcome.get("applied").forEach(a -> spec.commandLine().getOut().println(a.asText()));
    }
    spec.commandLine().getErr().flush();
    spec.commandLine().getOut().flush();
    return 0;
  }

  private static String read(String file) throws IOException {
    return file.equals("-")
        ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
        : Files.readString(Path.of(file));
  }
}

package io.forebay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.config.TextFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Gives a running server data sets and loads, as Fluid's manifests say them. */
@Command(
    name = "apply",
    description = {
      "Applies Fluid manifests to a running server: data sets, loads and secrets.",
      "(data.fluid.io/v1alpha1: Dataset, DataLoad, JindoRuntime and other runtimes; v1: Secret.)",
      "The server keeps them across restarts.",
      "The server checks that the under-store of each data set answers. If one does not, the server keeps",
      "the data set and checks again later; it starts no load of the file, and the exit status is 1."
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
      description = "YAML file with any number of documents; - reads standard input.")
  private List<String> files;

  @ArgGroup private Checking checking = new Checking();

  /** One way or the other. */
  private static final class Checking {

    @Option(
        names = "--wait",
        arity = "0..1",
        fallbackValue = "10m",
        paramLabel = "DURATION",
        description =
            "Repeats until every data set is Bound; gives up after DURATION (default: 10m).")
    private Duration longest = Duration.ZERO;

    @Option(
        names = "--no-check",
        description =
            "Does not check the under-stores; also accepts data sets whose under-stores do not answer.")
    private boolean unchecked;
  }

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Instant until = Instant.now().plus(checking.longest);
    boolean failed = false;
    for (String file : files) {
      failed |= !apply(file, read(file), until);
    }
    return failed ? 1 : 0;
  }

  /** Whether no data set in it is Failed. */
  private boolean apply(String file, String text, Instant until) throws Exception {
    Map<String, String> parameters =
        Map.of("file", file, "unchecked", Boolean.toString(checking.unchecked));
    PrintWriter err = spec.commandLine().getErr();
    Set<String> told = new HashSet<>();
    while (true) {
      JsonNode outcome = new ObjectMapper().readTree(admin.post("/apply", parameters, text));
      boolean failed = !outcome.get("failed").isEmpty();
      boolean last = !failed || Instant.now().isAfter(until);
      if (told.isEmpty()) {
        outcome.get("warnings").forEach(w -> err.println("warning: " + w.asText()));
      }
      PrintWriter to = last ? spec.commandLine().getOut() : err;
      for (JsonNode line : outcome.get("applied")) {
        if (last || told.add(line.asText())) {
          to.println(last ? line.asText() : "waiting: " + line.asText());
        }
      }
      err.flush();
      spec.commandLine().getOut().flush();
      if (last) {
        return !failed;
      }
      TimeUnit.SECONDS.sleep(1);
    }
  }

  private static String read(String file) throws IOException {
    return file.equals("-")
        ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
        : TextFile.read(Path.of(file));
  }
}

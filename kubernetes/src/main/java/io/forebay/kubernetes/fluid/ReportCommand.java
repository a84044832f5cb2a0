package io.forebay.kubernetes.fluid;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.metadata.NodeInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the figures that Fluid shows of a data set. */
@Command(
    name = "report",
    description = {
      "Prints what the workers have cached of the data set, as JSON: for reportSummary of a"
          + " CacheRuntimeClass.",
      "Runs in a worker pod and asks all workers. Those that do not answer are left out and named on stderr."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110)
final class ReportCommand implements Callable<Integer> {

  @Option(
      names = "--node",
      paramLabel = "DIRECTORY",
      description = "Directory of this pod's server (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of(WorkerSettings.DIRECTORY);

  @Option(
      names = "--patience",
      paramLabel = "DURATION",
      description =
          "The longest wait for all workers (default: 8s; Fluid ends the command after 20 s).")
  private Duration patience = Duration.ofSeconds(8);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    FluidVariables variables = FluidVariables.ofThisProcess();
    String dataSet = variables.dataSet(variables.config().read().config());
    NodeInfo server =
        NodeInfo.read(directory)
            .orElseThrow(
                () ->
                    new IOException(
                        "no server has written its address to "
                            + directory
                            + "; run this command in a worker pod that is ready"));
    AdminEndpoints.Answers answers = new AdminEndpoints(server, patience).figures(dataSet);
    answers
        .silent()
        .forEach(
            (worker, reason) ->
                spec.commandLine()
                    .getErr()
                    .println("forebay: without the worker " + worker + ": " + reason));
    if (answers.figures().isEmpty()) {
      throw new IOException("no worker of data set '" + dataSet + "' answers");
    }
    spec.commandLine()
        .getOut()
        .println(new ObjectMapper().writeValueAsString(CacheSummary.of(answers.figures())));
    return 0;
  }
}

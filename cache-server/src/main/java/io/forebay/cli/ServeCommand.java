package io.forebay.cli;

import io.forebay.cli.logging.LogOptions;
import io.forebay.server.CacheServer;
import io.forebay.server.FatalErrors;
import io.forebay.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a cache server until it is told to stop. */
@Command(
    name = "serve",
    description = "Runs this node's cache server.",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Example:",
      "  cat > forebay.properties <<EOF",
      "  directory = /var/lib/forebay",
      "  quota = 500GiB",
      "  dataset.images.root = oss://training-data/images",
      "  dataset.images.fs.oss.endpoint = oss-cn-hangzhou-internal.aliyuncs.com",
      "  EOF",
      "  OSS_ACCESS_KEY_ID=... OSS_ACCESS_KEY_SECRET=... forebay serve --config forebay.properties",
      "",
      "With Fluid's manifests:",
      "  forebay serve --set directory=/var/lib/forebay --config dataset.yaml"
    })
final class ServeCommand implements Callable<Integer> {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Properties file with settings, or YAML file with Fluid's Dataset and JindoRuntime;"
              + " repeatable.")
  private List<Path> config = List.of();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting; overrides the files; repeatable.")
  private Map<String, String> settings = Map.of();

  @Mixin private LogOptions logging = new LogOptions();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    logging.apply();
    // gRPC, which talks to etcd, logs with the JDK; that would be lines of another form on stderr.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    FatalErrors.exitOnFatalError();
    return StopSignal.serve(
        stop -> {
          try (CacheServer server = CacheServer.start(load())) {
            System.out.println("serving at " + server.address());
            stop.await();
          }
        });
  }

  private ServerConfig load() throws IOException {
    if (config.isEmpty() && settings.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "the server needs settings: --config FILE, or --set KEY=VALUE");
    }
    return ServerConfig.load(
        config, settings, warning -> LoggerFactory.getLogger(ServeCommand.class).warn(warning));
  }
}

package io.forebay.kubernetes.cli;

import io.forebay.cli.Client;
import io.forebay.cli.StopSignal;
import io.forebay.cli.logging.LogOptions;
import io.forebay.kubernetes.csi.CsiConfig;
import io.forebay.kubernetes.csi.CsiServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the CSI driver of a node until it is told to stop. */
@Command(
    name = "csi",
    description = {
      "Runs the CSI driver of this node: data sets as volumes of pods.",
      "Its paths must be the same in its container and on the node. Mounts outlive the driver."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay csi --node-id node-a --node /var/lib/forebay"})
final class CsiCommand implements Callable<Integer> {

  static final String DRIVER = "csi.forebay.io";

  @Mixin private Client client;

  @Option(
      names = "--node-id",
      paramLabel = "NAME",
      required = true,
      description = "Name of this node in the cluster.")
  private String node;

  @Option(
      names = "--driver",
      paramLabel = "NAME",
      defaultValue = DRIVER,
      description = "Name of the driver in the cluster (default: ${DEFAULT-VALUE}).")
  private String driver;

  @Option(
      names = "--kubelet",
      paramLabel = "DIRECTORY",
      defaultValue = "/var/lib/kubelet",
      description = "Root directory of the kubelet (default: ${DEFAULT-VALUE}).")
  private Path kubelet;

  @Option(
      names = "--endpoint",
      paramLabel = "unix://PATH",
      description =
          "Socket for the kubelet (default: plugins/DRIVER/csi.sock in the kubelet's directory).")
  private URI endpoint;

  @Option(
      names = "--no-registration",
      description = "Does not register the driver with the kubelet; another program does.")
  private boolean unregistered;

  @Option(
      names = "--secrets",
      paramLabel = "DIRECTORY",
      defaultValue = "/dev/shm/forebay-csi",
      description =
          "Directory in memory for tokens of volumes, of this user alone (default: ${DEFAULT-VALUE}).")
  private Path secrets;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "Log file of the mounts (default: mounts.log beside the socket).")
  private Path log;

  @Option(
      names = "--hold",
      paramLabel = "SOCKET",
      description = {
        "Socket of the descriptor store (forebay hold) with which mounts outlive the container of",
        "the driver; not those that can be written, or have secrets."
      })
  private Path hold;

  @Mixin private LogOptions logging = new LogOptions();

  @Override
  public Integer call() throws Exception {
    logging.apply();
    // gRPC logs with the JDK; that would be lines of another form on stderr.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    return StopSignal.serve(
        stop -> {
          try (CsiServer server = CsiServer.start(config())) {
            System.out.println("serving volumes of " + driver + " on " + node);
            stop.await();
          }
        });
  }

  private CsiConfig config() {
    Path own = kubelet.resolve("plugins").resolve(driver);
    Path socket = endpoint == null ? own.resolve("csi.sock") : Path.of(endpoint.getPath());
    return new CsiConfig(
        driver,
        node,
        socket,
        unregistered ? Optional.empty() : Optional.of(kubelet.resolve("plugins_registry")),
        own.resolve("mounts"),
        secrets,
        log == null ? own.resolve("mounts.log") : log,
        Optional.ofNullable(hold),
        client.connection());
  }
}

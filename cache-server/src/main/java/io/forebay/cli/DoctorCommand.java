package io.forebay.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.UnixOperatingSystemMXBean;
import io.forebay.fuse.mount.StaleMounts;
import io.forebay.locale.FileNameCharset;
import io.forebay.metadata.NodeInfo;
import io.forebay.metadata.SharedMaps;
import io.forebay.server.ServerConfig;
import io.forebay.server.admin.StatusReport;
import io.forebay.spec.DataSetReference;
import io.forebay.spec.DataSetSpec;
import io.forebay.store.TierOptions;
import io.forebay.understore.layer.MountedUnderStore;
import io.forebay.understore.layer.UnderStores;
import io.forebay.wire.Address;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks for what would keep a server from working. */
@Command(
    name = "doctor",
    description = {
      "Checks whether this node has what a cache server needs.",
      "Checks JVM flags, locale, limit of open files, /dev/fuse, disks, ports; for each data set the",
      "under-store, its credentials and the clock. Prints what to do about each problem. Exit status 1 if there is one."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay doctor --config forebay.properties --config dataset.yaml"})
final class DoctorCommand implements Callable<Integer> {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "As for 'forebay serve'; repeatable.")
  private List<Path> config = List.of();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "As for 'forebay serve'; repeatable.")
  private Map<String, String> settings = Map.of();

  @Spec private CommandSpec spec;

  /** About 170 for an idle server, 2,048 for tier files, one or two for each request under way. */
  private static final int OPEN_FILES = 4_096;

  private PrintWriter out;
  private boolean sick;

  @Override
  public Integer call() throws Exception {
    out = spec.commandLine().getOut();
    check("JDK", this::jdk);
    check("open files", this::descriptors);
    check("file names", this::fileNames);
    check("shared maps", this::maps);
    if (config.isEmpty() && settings.isEmpty()) { // a server mounts nothing
      check("/dev/fuse", this::fuse);
    }
    check("mounts", DoctorCommand::mounts);
    if (!config.isEmpty() || !settings.isEmpty()) {
      ServerConfig server =
          ServerConfig.load(config, settings, w -> out.println("   --  configuration: " + w));
      server.warnings().forEach(warning -> out.println("   --  " + warning));
      check("directory " + server.node().directory(), () -> writable(server.node().directory()));
      for (TierOptions tier : server.node().store().tiers()) {
        for (TierOptions.Directory directory : tier.directories()) {
          check("tier " + directory.path(), () -> tier(directory));
        }
      }
      Optional<NodeInfo> running = NodeInfo.read(server.node().directory());
      if (running.isPresent()) {
        check("the server that runs here", () -> running(server.node().directory()));
      }
      check("port " + server.tcp(), () -> port(server.tcp(), running));
      check("port " + server.admin(), () -> port(server.admin(), running));
      for (DataSetSpec dataSet : server.dataSets()) {
        check("data set " + dataSet.name(), () -> underStore(dataSet));
      }
    }
    out.flush();
    return sick ? 1 : 0;
  }

  private interface Check {

    /** What was found; an exception says what is wrong and what to do. */
    String run() throws Exception;
  }

  private void check(String what, Check check) {
    try {
      out.println("   ok  " + what + ": " + check.run());
    } catch (Exception e) {
      sick = true;
      out.println("WRONG  " + what + ": " + e.getMessage());
    }
  }

  private String jdk() {
    return Runtime.version()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " processors, "
        + (Runtime.getRuntime().maxMemory() >> 20)
        + " MiB of heap at most";
  }

  /** The JVM has raised its limit to the hard one, as the server's does. */
  private String descriptors() throws IOException {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      long limit = system.getMaxFileDescriptorCount();
      if (limit < OPEN_FILES) {
        throw new IOException(
            "a process may open "
                + limit
                + " files, but a server needs "
                + OPEN_FILES
                + "; with fewer it bypasses its cache under many clients; raise the hard limit with"
                + " 'ulimit -n', LimitNOFILE= or the container's --ulimit");
      }
      return "a process may open " + limit;
    }
    return "no limit known";
  }

  private String fileNames() throws IOException {
    if (!FileNameCharset.isUtf8()) {
      throw new IOException(FileNameCharset.problem());
    }
    return "are UTF-8";
  }

  private String maps() throws IOException {
    Path directory = Files.createTempDirectory("forebay-doctor");
    try {
      SharedMaps.open(directory, "doctor").close();
      return "can be opened";
    } finally {
      SharedMaps.deleteOthers(directory, "none");
      Files.delete(directory);
    }
  }

  private static String running(Path directory) throws IOException, InterruptedException {
    StatusReport report =
        new ObjectMapper().readValue(Admin.of(directory).get("/status"), StatusReport.class);
    List<String> wrong = new ArrayList<>(report.troubles());
    for (StatusReport.DataSet each : report.dataSets()) {
      if (each.isFailed()) {
        wrong.add("data set " + each.name() + " is Failed: " + each.reason());
      }
    }
    if (!wrong.isEmpty()) {
      throw new IOException(String.join("; ", wrong));
    }
    return report.ready() ? "ready" : "starting";
  }

  private String fuse() throws IOException {
    Path device = Path.of("/dev/fuse");
    if (!Files.exists(device)) {
      throw new IOException(
          "does not exist; run 'modprobe fuse', or pass the device to the container");
    }
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      throw new IOException("this user may not use it; run as root, or install fusermount3");
    }
    return "can be used";
  }

  private static String mounts() throws IOException {
    List<Path> left = StaleMounts.remove();
    return left.isEmpty() ? "no dead mount" : "removed dead mounts: " + left;
  }

  private static String writable(Path path) throws IOException {
    Path at = ServerConfig.existing(path);
    if (!Files.isDirectory(at) || !Files.isWritable(at)) {
      throw new IOException(
          at + " is not writable for this user; change its owner, or choose another directory");
    }
    return at.equals(path.toAbsolutePath()) ? "is writable" : "can be created";
  }

  private static String tier(TierOptions.Directory directory) throws IOException {
    writable(directory.path());
    var disk = Files.getFileStore(ServerConfig.existing(directory.path()));
    long room = disk.getUsableSpace();
    if (room < directory.quotaBytes()) {
      throw new IOException(
          "the quota is "
              + (directory.quotaBytes() >> 20)
              + " MiB, but the disk has only "
              + (room >> 20)
              + " MiB free (cached files count as used); lower the quota, or free space");
    }
    return (room >> 20) + " MiB free on " + disk.type();
  }

  private static String port(Address.Tcp address, Optional<NodeInfo> running) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(address.host(), address.port()));
      return "is free";
    } catch (IOException e) {
      if (running.isPresent() && listensAt(running.get(), address.port())) {
        return "in use by the server that runs here";
      }
      throw new IOException(
          e.getMessage() + "; choose another port, or stop the process that uses it", e);
    }
  }

  private static boolean listensAt(NodeInfo server, int port) {
    return server.admin().endsWith(":" + port)
        || server.view().members().stream()
            .filter(member -> member.name().equals(server.name()))
            .anyMatch(member -> member.address().endsWith(":" + port));
  }

  private static String underStore(DataSetSpec dataSet) throws IOException {
    Optional<DataSetReference> reference = DataSetReference.of(dataSet);
    if (reference.isPresent()) {
      return "is " + reference.get();
    }
    try (MountedUnderStore store = UnderStores.connect(dataSet)) {
      List<URI> empty = store.emptyRoots();
      return empty.isEmpty()
          ? "answers"
          : "answers, but nothing is in "
              + empty
              + "; check that the name is right and the source is mounted";
    } catch (AccessDeniedException e) {
      String reason = String.valueOf(e.getReason());
      throw new IOException(
          e.getMessage()
              + (reason.contains("Skew") || reason.contains("skew")
                  ? "; set this node's clock, for example with chrony"
                  : ""),
          e);
    }
  }
}

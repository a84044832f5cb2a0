package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;
import static org.awaitility.Durations.TWO_MINUTES;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.Origin;
import io.forebay.dataset.epoch.EpochOrder;
import io.forebay.dataset.prefetch.PrefetchOptions;
import io.forebay.dataset.prefetch.Prefetcher;
import io.forebay.dataset.prefetch.ReadPlan;
import io.forebay.file.FileVersion;
import io.forebay.metadata.NodeInfo;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes: a second JVM on a node, with and without the flags, and a server that is killed.
 */
class ProcessesTest {

  private static final String ANY_PORTS = "listen.tcp = 127.0.0.1:0\nlisten.admin = 127.0.0.1:0\n";

  @TempDir Path directory;
  private Nodes nodes;
  private Process process;

  @AfterEach
  void close() throws Exception {
    if (process != null) {
      process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }
    if (nodes != null) {
      nodes.close();
    }
  }

  private Process java(boolean withFlags, Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    if (withFlags) {
      command.addAll(List.of(io.forebay.metadata.SharedMaps.JVM_FLAGS.split(" ", -1)));
    }
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return process;
  }

  private static String outputOf(Process process) throws Exception {
    CompletableFuture<String> output =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
              } catch (IOException e) {
                return e.toString();
              }
            });
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output.get(10, TimeUnit.SECONDS);
  }

  /** Reads the whole data set of a node; prints a checksum over all files and where they were. */
  static final class Reader {
    public static void main(String[] arguments) throws IOException {
      try (Forebay forebay = Forebay.connect(Path.of(arguments[0]))) {
        DataSet data = forebay.dataSet(Nodes.DATA_SET);
        List<String> paths = new ArrayList<>();
        for (FileStatus file : data.walk("")) {
          paths.add(file.path());
        }
        paths.sort(null);
        CRC32C crc = new CRC32C();
        for (String path : paths) {
          crc.update(data.read(path));
        }
        System.out.println(
            "read "
                + paths.size()
                + " crc "
                + crc.getValue()
                + " resident "
                + forebay.stats().reads(Origin.RESIDENT));
      }
    }
  }

  private String expected() {
    CRC32C crc = new CRC32C();
    nodes.files().values().forEach(content -> crc.update(ByteBuffer.wrap(content)));
    return "read " + nodes.files().size() + " crc " + crc.getValue();
  }

  private void warm() throws IOException {
    DataSet data = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    for (FileStatus file : data.walk("")) {
      data.read(file.path());
    }
    nodes.awaitResident(data);
  }

  @Test
  void aSecondJvmReadsResidentFilesWithoutASingleRequest() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.addMany(100, 10_000);
    warm();
    long requests = nodes.requests();
    long storeRequests = nodes.oss().traffic().counts().total();

    String output = outputOf(java(true, Reader.class, nodes.nodeDirectory(0).toString()));

    assertThat(output).contains(expected() + " resident 100");
    assertThat(nodes.requests()).isEqualTo(requests);
    assertThat(nodes.oss().traffic().counts().total()).isEqualTo(storeRequests);
  }

  @Test
  void aJvmWithoutTheFlagsReadsThroughTheServerAndWarnsOnce() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.addMany(50, 10_000);
    warm();
    String output = outputOf(java(false, Reader.class, nodes.nodeDirectory(0).toString()));

    assertThat(output).contains(expected() + " resident 0");
    assertThat(output).containsOnlyOnce("Start the JVM with: --add-exports");
  }

  /** Reads a directory twice in embedded mode. */
  static final class EmbeddedReader {
    public static void main(String[] arguments) throws IOException {
      try (Forebay forebay = Forebay.embedded(Path.of(arguments[0]))) {
        DataSet data = forebay.dataSet(Path.of(arguments[1]).toUri().toString());
        for (int i = 0; i < 2; i++) {
          for (FileStatus file : data.walk("")) {
            data.read(file.path());
          }
        }
        System.out.println("resident " + forebay.stats().reads(Origin.RESIDENT));
      }
    }
  }

  @Test
  void embeddedModeNeedsNoFlags() throws Exception {
    Path files = Files.createDirectories(directory.resolve("files"));
    Files.writeString(files.resolve("a"), "1");
    Files.writeString(files.resolve("b"), "2");
    String output =
        outputOf(
            java(
                false,
                EmbeddedReader.class,
                directory.resolve("cache").toString(),
                files.toString()));
    assertThat(output).contains("resident 2");
  }

  @Test
  void aServerThatIsKilledComesBackWithItsFiles() throws Exception {
    nodes = new Nodes(directory, 0);
    nodes.addMany(80, 10_000);
    Path config = directory.resolve("server.properties");
    StringBuilder text =
        new StringBuilder()
            .append("directory = ")
            .append(nodes.nodeDirectory(0))
            .append('\n')
            .append(ANY_PORTS)
            .append("dataset.images.root = oss://bucket/root\n");
    nodes
        .ossOptions()
        .forEach(
            (k, v) -> text.append("dataset.images.").append(k).append('=').append(v).append('\n'));
    Files.writeString(config, text);
    for (int round = 0; round < 3; round++) {
      String address = serve(config);
      try (Forebay client = Nodes.patient().servers(address).open()) {
        DataSet data = client.dataSet(Nodes.DATA_SET);
        for (String path : nodes.paths()) {
          assertThat(Nodes.bytes(data.read(path))).isEqualTo(nodes.files().get(path));
        }
      }
      process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }
    assertThat(nodes.totalGets()).isEqualTo(80);
  }

  /** Starts a server and returns its address. */
  private String serve(Path config) throws Exception {
    String serving = "serving at ";
    java(true, io.forebay.cli.ForebayCommand.class, "serve", "--config", config.toString());
    return awaitLine(process, line -> line.startsWith(serving)).substring(serving.length());
  }

  private static String awaitLine(Process process, Predicate<String> wanted) throws Exception {
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    CompletableFuture<Optional<String>> said =
        CompletableFuture.supplyAsync(() -> lines.lines().filter(wanted).findFirst());
    Optional<String> line = said.get(60, TimeUnit.SECONDS);
    assertThat(line).as("the process is up").isPresent();
    // Nobody reads further: a process that logs much would block.
    CompletableFuture.runAsync(() -> lines.lines().forEach(l -> {}));
    return line.get();
  }

  @Test
  void aTermSignalStopsAServerCleanly() throws Exception {
    nodes = new Nodes(directory, 0);
    Path config = directory.resolve("server.properties");
    Path node = directory.resolve("n");
    Files.writeString(config, "directory = " + node + "\n" + ANY_PORTS);
    serve(config);
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(node.resolve("forebay.sock")).doesNotExist();
    assertThat(node.resolve("node.properties")).doesNotExist();
  }

  @Test
  void wrongUsageAndBadConfigurationAreOneClearLine() throws Exception {
    nodes = new Nodes(directory, 0);
    Path config = directory.resolve("server.properties");
    Files.writeString(config, "directry = /tmp/x\n");
    Process failing =
        java(true, io.forebay.cli.ForebayCommand.class, "serve", "--config", config.toString());
    String output = outputOf(failing);
    assertThat(failing.exitValue()).isEqualTo(1);
    assertThat(output.strip().lines()).hasSize(1);
    assertThat(output).contains("server.properties").contains("directry");
    assertThat(outputOf(java(true, io.forebay.cli.ForebayCommand.class, "serve")))
        .contains("--config");
    assertThat(process.exitValue()).isEqualTo(2);
  }

  /** Takes the lock of a key's segment in a node's residency map, and keeps it. */
  static final class LockHolder {
    public static void main(String[] arguments) throws IOException, InterruptedException {
      try (ChronicleMap<byte[], byte[]> map =
              ChronicleMapBuilder.of(byte[].class, byte[].class)
                  .createPersistedTo(new File(arguments[0]));
          ExternalMapQueryContext<byte[], byte[], ?> context =
              map.queryContext(HexFormat.of().parseHex(arguments[1]))) {
        context.writeLock().lock();
        System.out.println("locked");
        new CountDownLatch(1).await();
      }
    }
  }

  @Test
  void aProcessKilledWithALockOfTheMapsDoesNotStallTheOthers() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.addMany(50, 1_000);
    warm();
    String generation = NodeInfo.read(nodes.nodeDirectory(0)).orElseThrow().generation();
    DataSet before = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    String path = nodes.paths().get(0);
    FileVersion version = FileVersion.of(Nodes.DATA_SET, before.stat(path));
    java(
        true,
        LockHolder.class,
        nodes.nodeDirectory(0).resolve("maps/residency." + generation).toString(),
        version.id().toString());
    awaitLine(process, "locked"::equals);
    process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);

    // The first look-up waits two seconds for the lock. If each did, the test would run out of
    // time.
    for (int i = 0; i < 100; i++) {
      assertThat(Nodes.bytes(before.read(path))).isEqualTo(nodes.files().get(path));
    }
    for (String each : nodes.paths()) {
      assertThat(Nodes.bytes(before.read(each))).isEqualTo(nodes.files().get(each));
    }

    await("a new generation")
        .atMost(ONE_MINUTE)
        .until(
            () ->
                !NodeInfo.read(nodes.nodeDirectory(0))
                    .orElseThrow()
                    .generation()
                    .equals(generation));
    // The client that found the old one stuck reads by itself again.
    Forebay client = nodes.onNode(0);
    DataSet after = client.dataSet(Nodes.DATA_SET);
    for (String each : nodes.paths()) {
      after.read(each);
    }
    assertThat(client.stats().reads(Origin.RESIDENT)).isEqualTo(nodes.paths().size());
  }

  /** Reads a data set with a plan, epoch after epoch, until it is killed. */
  static final class Trainer {
    public static void main(String[] arguments) throws IOException {
      try (Forebay forebay = Forebay.connect(Path.of(arguments[0]))) {
        DataSet data = forebay.dataSet(Nodes.DATA_SET);
        List<FileStatus> files = data.walk("");
        ReadPlan plan =
            ReadPlan.epochs(files, 1_000, epoch -> EpochOrder.shuffled(files.size(), 1, epoch));
        try (Prefetcher prefetcher = Prefetcher.start(data, plan, PrefetchOptions.DEFAULT, 0)) {
          for (long at = 0; at < plan.size(); at++) {
            data.read(plan.file(at).path());
            prefetcher.reached(at + 1);
            if (at == files.size()) {
              System.out.println("the second epoch");
            }
          }
        }
      }
    }
  }

  @Test
  void aTrainerThatIsKilledDisturbsNoOtherAndItsPlanIsForgotten() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.addMany(100, 2_000);
    DataSet data = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    java(true, Trainer.class, nodes.nodeDirectory(0).toString());
    awaitLine(process, "the second epoch"::equals);
    assertThat(nodes.paths()).anyMatch(path -> isAnnounced(data, path));
    process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);

    for (String path : nodes.paths()) {
      assertThat(Nodes.bytes(data.read(path))).isEqualTo(nodes.files().get(path));
    }
    // A job that is silent for a minute is over.
    await()
        .atMost(TWO_MINUTES)
        .until(() -> nodes.paths().stream().noneMatch(p -> isAnnounced(data, p)));
  }

  private boolean isAnnounced(DataSet data, String path) {
    try {
      FileVersion version = FileVersion.of(Nodes.DATA_SET, data.stat(path));
      return nodes.server(0).node().store().nextRead(version).isAnnounced();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aClientFollowsItsServerThroughARestart() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.addMany(50, 1_000);
    warm();
    Forebay client = nodes.onNode(0);
    DataSet data = client.dataSet(Nodes.DATA_SET);
    data.read(nodes.paths().get(0));
    nodes.stop(0);
    nodes.start(0);
    // After a start a file is checked when it is first asked for, and then is for all to read.
    DataSet other = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    byte[] added = nodes.add("added", 5_000);
    assertThat(Nodes.bytes(other.read("added"))).isEqualTo(added);
    await("the client follows")
        .atMost(ONE_MINUTE)
        .until(
            () -> {
              long resident = client.stats().reads(Origin.RESIDENT);
              assertThat(Nodes.bytes(data.read("added"))).isEqualTo(added);
              return client.stats().reads(Origin.RESIDENT) > resident;
            });
  }
}

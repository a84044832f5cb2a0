package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.Origin;
import io.forebay.UnknownDataSetException;
import io.forebay.cli.ForebayCommand;
import io.forebay.metadata.NodeInfo;
import io.forebay.node.NodeBusyException;
import io.forebay.node.NodeDataSet;
import io.forebay.node.NodeOptions;
import io.forebay.spec.SnapshotId;
import io.forebay.spec.SnapshotTolerance;
import io.forebay.store.DiskState;
import io.forebay.wire.Address;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What becomes of a server and its clients when something is wrong with the node's directory. */
class NodeDirectoryTest {

  @TempDir Path directory;
  private Nodes nodes;
  private Path mounted;

  @AfterEach
  void close() throws Exception {
    if (nodes != null) {
      nodes.close();
    }
    if (mounted != null) {
      run("umount", "-l", mounted.toString());
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  private void assertReadsEverything(Forebay client) throws IOException {
    DataSet data = client.dataSet(Nodes.DATA_SET);
    assertThat(data.walk("")).hasSameSizeAs(nodes.paths());
    for (String path : nodes.paths()) {
      assertThat(Nodes.bytes(data.read(path))).isEqualTo(nodes.files().get(path));
    }
  }

  private void deleteDirectory() throws IOException {
    try (Stream<Path> files = Files.walk(nodes.nodeDirectory(0))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private ServerConfig config() {
    return new ServerConfig(
        "second",
        NodeOptions.of(nodes.nodeDirectory(0), 1L << 30),
        new Address.Tcp("127.0.0.1", 0),
        nodes.nodeDirectory(0).resolve("s"),
        new Address.Tcp("127.0.0.1", 0),
        "second=127.0.0.1:0",
        Announcement.DEFAULT,
        List.of(),
        Optional.empty(),
        AllowedReaders.EVERYONE);
  }

  @Test
  void aServerWhoseDirectoryIsDeletedAnnouncesItselfAgain() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.addMany(20, 1_000);
    Forebay before = nodes.onNode(0);
    assertReadsEverything(before);
    String generation = generation();

    deleteDirectory();

    Path node = nodes.nodeDirectory(0);
    await()
        .atMost(ONE_MINUTE)
        .untilAsserted(
            () -> {
              assertThat(generation()).isNotEmpty().isNotEqualTo(generation);
              assertThat(node.resolve("s")).exists();
              assertThat(node.resolve("admin.token")).exists();
            });
    assertThatThrownBy(() -> CacheServer.start(config())).isInstanceOf(NodeBusyException.class);
    Forebay after = nodes.onNode(0);
    assertReadsEverything(after);
    assertReadsEverything(before);
    assertThat(after.stats().reads(Origin.UNDER_STORE)).isZero();
    await("resident files are read without the server again")
        .atMost(ONE_MINUTE)
        .untilAsserted(
            () -> {
              assertReadsEverything(before);
              assertThat(before.stats().reads(Origin.RESIDENT)).isPositive();
            });
  }

  private String generation() throws IOException {
    return NodeInfo.read(nodes.nodeDirectory(0)).map(NodeInfo::generation).orElse("");
  }

  @Test
  void aServerWhoseDirectoryWasTakenOverKeepsNothingAndSaysSo() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.addMany(20, 1_000);
    deleteDirectory();
    try (CacheServer second = CacheServer.start(config())) {
      await()
          .atMost(ONE_MINUTE)
          .untilAsserted(
              () ->
                  assertThat(nodes.server(0).node().status().troubles().toString())
                      .contains("taken over the cache directory"));
      assertThat(nodes.server(0).node().status().store().directories())
          .allMatch(d -> d.state() == DiskState.FAILED);
      assertReadsEverything(nodes.elsewhere());
      assertThat(NodeInfo.read(nodes.nodeDirectory(0)).orElseThrow().name()).isEqualTo("second");
      nodes.stop(0);
      await()
          .atMost(ONE_MINUTE)
          .untilAsserted(() -> assertThat(nodes.nodeDirectory(0).resolve("s")).exists());
      assertThat(NodeInfo.read(nodes.nodeDirectory(0)).orElseThrow().name()).isEqualTo("second");
      assertThat(second.node().status().troubles()).isEmpty();
    }
  }

  @Test
  void aMountWithItsOwnCacheRefusesTheDirectoryOfARunningServer() throws Exception {
    nodes = new Nodes(directory, 1);
    StringWriter out = new StringWriter();
    String node = nodes.nodeDirectory(0).toString();
    String[] arguments = {"mount", "--cache", node, Nodes.DATA_SET, directory.toString()};
    CommandLine command = ForebayCommand.commandLine(arguments);
    assertThat(command.setErr(new PrintWriter(out, true)).execute(arguments)).isNotZero();
    assertThat(out.toString()).contains("mount with --node " + node);
  }

  @Test
  void namesOfASnapshotThatTheServerDoesNotHaveAreAnErrorAndNotMissing() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.add("file", 10);
    NodeDataSet onServer = nodes.server(0).node().dataSet(Nodes.DATA_SET);
    SnapshotId first = onServer.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    DataSet pinned = nodes.onNode(0).dataSet(Nodes.DATA_SET + "@" + first);
    nodes.add("young", 1);
    onServer.snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
    onServer.snapshots().drop(first);

    assertThatThrownBy(() -> pinned.list(""))
        .isInstanceOf(UnknownDataSetException.class)
        .hasMessageContaining("no such snapshot");
    assertThatThrownBy(() -> pinned.stat("file")).isInstanceOf(UnknownDataSetException.class);
  }

  @Test
  void aDamagedAnnouncementIsNamedAndWrittenAgain() throws Exception {
    nodes = new Nodes(directory, 1);
    Path announcement = nodes.nodeDirectory(0).resolve("node.properties");
    byte[] good = Files.readAllBytes(announcement);
    good[good.length / 2] ^= (byte) 0xff;
    Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
    Files.write(elsewhere.resolve("node.properties"), good);
    assertThatThrownBy(() -> Forebay.connect(elsewhere))
        .hasMessageContaining(elsewhere.resolve("node.properties") + " is damaged");
    try (Forebay client = Forebay.builder().node(elsewhere).servers(nodes.member(0)).open()) {
      assertReadsEverything(client);
    }

    Files.write(announcement, good);
    await()
        .atMost(ONE_MINUTE)
        .ignoreExceptions()
        .until(() -> NodeInfo.read(nodes.nodeDirectory(0)).isPresent());
  }

  @Test
  void clientsOfANodeWhoseDirectoryIsReadOnlyAskItsServer() throws Exception {
    nodes = new Nodes(directory, 1);
    nodes.addMany(20, 1_000);
    Path view = Files.createDirectories(directory.resolve("read-only"));
    List<String> bind = List.of("mount", "--bind", nodes.nodeDirectory(0).toString());
    assumeTrue(run(bind.get(0), bind.get(1), bind.get(2), view.toString()), "may not mount");
    mounted = view;
    assumeTrue(run("mount", "-o", "remount,bind,ro", view.toString()), "may not mount");

    Forebay client = nodes.remember(Forebay.builder().node(view).open());
    assertReadsEverything(client);
    assertThat(client.stats().reads(Origin.OWN_SERVER)).isEqualTo(nodes.paths().size());
  }
}

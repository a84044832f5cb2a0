package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.file.FileVersion;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import io.forebay.fuse.protocol.Opcode;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A mount over a node with a cache server. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MountedNodeTest {

  @TempDir private Path directory;
  private Nodes nodes;
  private DataSet dataSet;
  private Mount mount;
  private Path root;

  @BeforeEach
  void start() throws IOException {
    assumeThat(Files.isWritable(Path.of("/dev/fuse"))).as("/dev/fuse can be used").isTrue();
    nodes = new Nodes(directory, 1);
    nodes.addMany(30, 20_000);
    nodes.server(0).node().dataSet(Nodes.DATA_SET).snapshotForAll(n -> {});
    dataSet = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    root = Files.createDirectory(directory.resolve("mnt"));
    mount = Mount.open(dataSet, root, MountOptions.parse("mode=auto"));
  }

  @AfterEach
  void stop() throws IOException {
    if (mount != null) {
      mount.close();
    }
    if (nodes != null) {
      nodes.close();
    }
  }

  private void assertAllReadable() throws IOException {
    for (String path : nodes.paths()) {
      assertThat(Files.readAllBytes(root.resolve(path))).isEqualTo(nodes.files().get(path));
    }
  }

  @Test
  void anotherSnapshotCostsRequestsForWhatChangedOnly() throws IOException {
    assertAllReadable(); // small files that fit in memory: the page cache keeps them
    long reads = mount.requests(Opcode.READ);
    String changed = nodes.paths().get(4);
    String gone = nodes.paths().get(5);
    nodes.add(changed, 30_000);
    nodes.remove(gone);
    nodes.add("dir0/young", 5);
    dataSet.refresh();
    await()
        .atMost(ONE_MINUTE)
        .until(
            () -> Files.size(root.resolve(changed)) == 30_000 && !Files.exists(root.resolve(gone)));
    assertAllReadable();
    assertThat(mount.requests(Opcode.READ) - reads).isEqualTo(2);
    assertThat(root.resolve("dir0")).isDirectoryContaining("glob:**/young");
  }

  @Test
  void theFileSystemIsAsLargeAsTheDataSet() throws IOException {
    long bytes = nodes.files().values().stream().mapToLong(content -> content.length).sum();
    assertThat(Files.getFileStore(root).getTotalSpace()).isBetween(bytes, bytes + 4096);
    assertThat(Files.getFileStore(root).getUsableSpace()).isZero();
  }

  @Test
  void whatIsToldToTheMountsPlanIsKnownToTheServerUntilItIsClosed() throws Exception {
    assumeThat(Stream.of(System.getenv("PATH").split(":", -1)).map(Path::of))
        .as("python3 is installed")
        .anyMatch(bin -> Files.isExecutable(bin.resolve("python3")));
    mount.close();
    mount = Mount.open(dataSet, root, MountOptions.parse("mode=passthrough"));
    String script =
        """
        import fcntl, os, sys
        plan = os.open(sys.argv[1] + '/.forebay/plan', os.O_RDONLY)
        text = bytearray('\\n'.join(sys.argv[2:] + ['']).encode())
        fcntl.ioctl(plan, 0x40006601 | len(text) << 16, text)
        sys.stdin.read()
        """;
    List<String> command = new ArrayList<>(List.of("python3", "-c", script, root.toString()));
    command.addAll(nodes.paths());
    Process reader = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    try {
      await().atMost(ONE_MINUTE).until(() -> announced() == nodes.paths().size());
      reader.getOutputStream().close();
      await().atMost(ONE_MINUTE).until(() -> announced() == 0);
    } finally {
      reader.destroyForcibly();
    }
  }

  private long announced() throws IOException {
    long known = 0;
    for (String path : nodes.paths()) {
      FileVersion version = FileVersion.of(Nodes.DATA_SET, dataSet.stat(path));
      known += nodes.server(0).node().store().nextRead(version).isAnnounced() ? 1 : 0;
    }
    return known;
  }

  @Test
  void theServerMayDieAndReturnUnderAMount() throws IOException {
    assertAllReadable();
    nodes.stop(0);
    assertAllReadable();
    nodes.start(0);
    nodes.add("dir0/young", 5);
    dataSet.refresh();
    assertAllReadable();
  }
}

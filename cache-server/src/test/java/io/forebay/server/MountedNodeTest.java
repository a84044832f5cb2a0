package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import io.forebay.fuse.protocol.Opcode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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

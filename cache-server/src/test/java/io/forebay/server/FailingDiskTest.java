package io.forebay.server;

import static io.forebay.server.Nodes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.DataSet;
import io.forebay.FailingDisk;
import io.forebay.Forebay;
import io.forebay.Origin;
import io.forebay.ReadOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fails under a server's files costs hits, and no read of its clients. */
class FailingDiskTest {

  @TempDir Path directory;
  private FailingDisk disk;
  private Nodes nodes;

  @BeforeEach
  void cacheFiles() throws Exception {
    disk = new FailingDisk(directory);
    Path node = Files.createDirectory(directory.resolve("node-0"));
    Files.createSymbolicLink(node.resolve("tier"), Files.createDirectory(disk.path().resolve("t")));
    nodes = new Nodes(directory, 1);
    nodes.add("large.bin", 3 << 20);
    nodes.addMany(20, 100_000); // large enough for sendfile
    DataSet data = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    for (String path : nodes.paths()) {
      data.read(path);
    }
  }

  @AfterEach
  void close() throws Exception {
    if (nodes != null) {
      nodes.close();
    }
    if (disk != null) {
      disk.close();
    }
  }

  /** Without keys for the under-store, so the server is all that it has. */
  @Test
  void aClientOnAnotherNodeReadsAll() throws Exception {
    DataSet data = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    disk.fail();
    for (String path : nodes.paths()) {
      assertThat(bytes(data.read(path))).isEqualTo(nodes.files().get(path));
    }
    assertThat(nodes.server(0).node().store().fileCount()).isZero();
  }

  @Test
  void aReadOfManyFilesGetsAllOfThem() throws Exception {
    DataSet data = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    disk.fail();
    data.readAll(
        nodes.paths(),
        ReadOrder.STRICT,
        (path, read) -> assertThat(bytes(read)).isEqualTo(nodes.files().get(path)));
  }

  @Test
  void aClientOnTheNodeReadsAllThroughTheServer() throws Exception {
    Forebay client = nodes.onNode(0);
    DataSet data = client.dataSet(Nodes.DATA_SET);
    disk.fail();
    for (String path : nodes.paths()) {
      assertThat(bytes(data.read(path))).isEqualTo(nodes.files().get(path));
    }
    assertThat(client.stats().reads(Origin.OWN_SERVER)).isEqualTo(nodes.paths().size());
  }
}

package io.forebay.server;

import static io.forebay.server.Nodes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataFile;
import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.Origin;
import io.forebay.ReadOrder;
import io.forebay.StaleFileException;
import io.forebay.UnknownDataSetException;
import io.forebay.samples.oss.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading through one and several real servers. */
class ReadsTest {

  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private Nodes nodes;

  @AfterEach
  void close() throws IOException {
    if (nodes != null) {
      nodes.close();
    }
  }

  @Test
  void everyFileIsReadRightFromEveryNode() throws IOException {
    nodes = new Nodes(directory, 3);
    nodes.addMany(60, 5_000);
    nodes.add("large", 9 * MIB + 5);
    nodes.add("empty", 0);
    for (Forebay client : List.of(nodes.onNode(0), nodes.onNode(1), nodes.elsewhere())) {
      DataSet data = client.dataSet(Nodes.DATA_SET);
      for (String path : nodes.paths()) {
        assertThat(bytes(data.read(path))).as(path).isEqualTo(nodes.files().get(path));
      }
    }
    // Each object was fetched once for the whole cluster: 60 small ones, and 3 blocks.
    assertThat(nodes.totalGets()).isEqualTo(63);
  }

  @Test
  void theOwnNodesFilesAreReadWithoutTheServer() throws IOException {
    nodes = new Nodes(directory, 1);
    nodes.addMany(20, 5_000);
    DataSet warm = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    for (FileStatus file : warm.walk("")) {
      warm.read(file.path());
    }
    nodes.awaitResident(warm);
    long before = nodes.requests();
    Forebay client = nodes.onNode(0);
    DataSet data = client.dataSet(Nodes.DATA_SET);
    for (FileStatus file : data.walk("")) {
      assertThat(bytes(data.read(file.path()))).isEqualTo(nodes.files().get(file.path()));
    }
    assertThat(client.stats().reads(Origin.RESIDENT)).isEqualTo(20);
    assertThat(nodes.requests()).isEqualTo(before);
  }

  @Test
  void aDataSetIsFoundByNameAndByRoot() throws IOException {
    nodes = new Nodes(directory, 1);
    nodes.add("f", 10);
    for (Forebay client : List.of(nodes.onNode(0), nodes.elsewhere())) {
      for (String nameOrRoot : List.of("images", "oss://bucket/root", "oss://bucket/root/")) {
        DataSet data = client.dataSet(nameOrRoot);
        assertThat(data.name()).isEqualTo("images");
        assertThat(data.read("f").remaining()).isEqualTo(10);
      }
      assertThatThrownBy(() -> client.dataSet("pictures"))
          .isInstanceOf(UnknownDataSetException.class)
          .hasMessageContaining("pictures")
          .hasMessageContaining("images");
    }
  }

  @Test
  void manyFilesComeInFewRequestsInEitherOrder() throws IOException {
    nodes = new Nodes(directory, 2);
    nodes.addMany(400, 2_000);
    nodes.add("empty", 0);
    nodes.add("large", 6 * MIB);
    List<String> paths = new ArrayList<>(nodes.paths());
    Collections.shuffle(paths, new Random(1));
    for (int pass = 0; pass < 2; pass++) {
      for (ReadOrder order : ReadOrder.values()) {
        Forebay client = nodes.elsewhere();
        DataSet data = client.dataSet(Nodes.DATA_SET);
        for (String path : paths) {
          data.stat(path);
        }
        long before = nodes.requests();
        List<String> delivered = new ArrayList<>();
        data.readAll(
            paths,
            order,
            (path, buffer) -> {
              assertThat(bytes(buffer)).isEqualTo(nodes.files().get(path));
              delivered.add(path);
            });
        assertThat(delivered).containsExactlyInAnyOrderElementsOf(paths);
        if (order == ReadOrder.STRICT) {
          assertThat(delivered).isEqualTo(paths);
        }
        // For each of two servers a request per window of 256 files, and greetings.
        assertThat(nodes.requests() - before).isLessThanOrEqualTo(12);
      }
    }
    // 400 small files and two blocks; an empty file needs no request.
    assertThat(nodes.totalGets()).isEqualTo(402);
  }

  @Test
  void aMissingFileAmongManyIsNamedAndTheConnectionStaysGood() throws IOException {
    nodes = new Nodes(directory, 1);
    nodes.addMany(5, 100);
    Forebay client = nodes.elsewhere();
    DataSet data = client.dataSet(Nodes.DATA_SET);
    data.walk("");
    nodes.oss().put("bucket", "root/dir0/file-0", new byte[] {1, 2, 3});
    assertThatThrownBy(() -> data.readAll(nodes.paths(), ReadOrder.FREE, (p, b) -> {}))
        .isInstanceOf(StaleFileException.class)
        .hasMessageContaining("dir0/file-0");
    assertThatThrownBy(() -> data.read("missing")).isInstanceOf(NoSuchFileException.class);
    assertThat(bytes(data.read("dir1/file-1"))).isEqualTo(nodes.files().get("dir1/file-1"));
  }

  @Test
  void aConsumerThatFailsEndsTheReadAndHarmsNobody() throws IOException {
    nodes = new Nodes(directory, 1);
    nodes.addMany(50, 100);
    Forebay client = nodes.elsewhere();
    DataSet data = client.dataSet(Nodes.DATA_SET);
    AtomicInteger delivered = new AtomicInteger();
    assertThatThrownBy(
            () ->
                data.readAll(
                    nodes.paths(),
                    ReadOrder.STRICT,
                    (path, bytes) -> {
                      if (delivered.incrementAndGet() == 10) {
                        throw new IOException("enough");
                      }
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("enough");
    assertThat(delivered).hasValue(10);
    data.read(nodes.paths().get(0));
    assertThat(client.stats().reads(Origin.UNDER_STORE)).isZero();
  }

  @Test
  void refreshReachesTheServers() throws IOException {
    nodes = new Nodes(directory, 2);
    nodes.add("f", 100);
    DataSet data = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    data.read("f");
    byte[] young = nodes.add("f", 200);
    assertThat(data.read("f").remaining()).isEqualTo(100);
    data.refresh();
    // Within a tenth of a second every process of the node sees it.
    assertThat(bytes(awaitSize(data, "f", 200))).isEqualTo(young);
  }

  private static ByteBuffer awaitSize(DataSet data, String path, int size) throws IOException {
    await().atMost(ONE_MINUTE).until(() -> data.stat(path).size() == size);
    return data.read(path);
  }

  @Test
  void concurrentReadersOfAColdClusterFetchEachObjectOnce() throws Exception {
    nodes = new Nodes(directory, 2, new Shape(Duration.ofMillis(10), 0, 0));
    nodes.addMany(100, 20_000);
    ExecutorService readers = Executors.newFixedThreadPool(8);
    try {
      List<Future<Void>> results = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Forebay client = nodes.onNode(i % 2);
        long seed = i;
        results.add(
            readers.submit(
                (Callable<Void>)
                    () -> {
                      DataSet data = client.dataSet(Nodes.DATA_SET);
                      List<String> paths = new ArrayList<>(nodes.paths());
                      Collections.shuffle(paths, new Random(seed));
                      for (String path : paths) {
                        assertThat(bytes(data.read(path))).isEqualTo(nodes.files().get(path));
                      }
                      return null;
                    }));
      }
      for (Future<Void> result : results) {
        result.get(60, TimeUnit.SECONDS);
      }
    } finally {
      readers.shutdownNow();
    }
    assertThat(nodes.totalGets()).isEqualTo(100);
  }

  @Test
  void aRemoteChannelReadsSmallPiecesWithFewRequests() throws IOException {
    nodes = new Nodes(directory, 1);
    byte[] content = nodes.add("f", 2 * MIB);
    Forebay client = nodes.elsewhere();
    DataSet data = client.dataSet(Nodes.DATA_SET);
    long before = nodes.requests();
    try (DataFile file = data.open("f")) {
      ByteBuffer all = ByteBuffer.allocate(content.length);
      while (all.hasRemaining()) {
        ByteBuffer piece = all.slice(all.position(), Math.min(1_000, all.remaining()));
        int n = file.read(piece);
        all.position(all.position() + n);
      }
      assertThat(all.array()).isEqualTo(content);
    }
    assertThat(nodes.requests() - before).isLessThan(15);
  }

  @Test
  void prefetchFillsTheOwners() throws IOException {
    nodes = new Nodes(directory, 2);
    nodes.addMany(40, 1_000);
    DataSet data = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    data.prefetch(nodes.paths());
    await().atMost(ONE_MINUTE).until(() -> fileCount(0) + fileCount(1) == 40);
    assertThat(fileCount(0)).isBetween(8, 32);
  }

  private int fileCount(int server) {
    return nodes.server(server).node().store().fileCount();
  }
}

package io.forebay.server.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.Forebay;
import io.forebay.dataset.load.LoadTarget;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeOptions;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.SnapshotTolerance;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads that end before they begin. Those that run are held up until {@link #gate} opens. */
class LoadJobsTest {

  private final CountDownLatch gate = new CountDownLatch(1);

  @TempDir Path directory;
  private CacheNode node;
  private Forebay client;
  private LoadJobs loads;

  @BeforeEach
  void start() throws IOException {
    node = CacheNode.open(NodeOptions.of(directory.resolve("node"), 1 << 20));
    addDataSet("first");
    addDataSet("second");
    client = Forebay.builder().embedded(directory.resolve("client")).open();
    loads =
        new LoadJobs(
            node,
            name -> {
              awaitGate();
              return client.dataSet(directory.resolve(name).toUri().toString());
            },
            kept(""));
  }

  @AfterEach
  void close() throws Exception {
    gate.countDown();
    loads.close();
    client.close();
    node.close();
  }

  private void awaitGate() throws InterruptedIOException {
    try {
      assertThat(gate.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  private void addDataSet(String name) throws IOException {
    Path root = Files.createDirectories(directory.resolve(name));
    node.add(new DataSetSpec(name, root.toUri(), Map.of()));
  }

  private Path kept(String name) {
    return directory.resolve("loads").resolve(name);
  }

  private void start(String name, String dataSet, String after) throws IOException {
    loads.start(
        new LoadRequest(
            name,
            dataSet,
            true,
            false,
            List.of(new LoadTarget("", 1)),
            null,
            false,
            after,
            3_600,
            SnapshotTolerance.DEFAULT));
  }

  private LoadReport.Phase phase(String name) throws IOException {
    return loads.report(name).phase();
  }

  @Test
  void aLoadThatIsCancelledWhileItWaitsForAnotherNeverRuns() throws IOException {
    start("before", "first", null);
    start("behind", "first", "before");
    assertThat(loads.cancel("behind").reason()).isEqualTo("cancelled");
    gate.countDown();
    // Which is the last thing that a load does, after those that wait for it have begun.
    await().atMost(ONE_MINUTE).until(() -> Files.notExists(kept("before.json")));
    assertThat(phase("before")).isEqualTo(LoadReport.Phase.Complete);
    assertThat(phase("behind")).isEqualTo(LoadReport.Phase.Failed);
    assertThat(kept("behind.json")).doesNotExist();
  }

  @Test
  void aLoadThatIsCancelledWhileItWaitsForAThreadLeavesItsNameToAnother() throws IOException {
    occupyAllThreads();
    start("queued", "second", null);
    loads.cancel("queued");
    assertThat(phase("queued")).isEqualTo(LoadReport.Phase.Failed);
    start("queued", "second", "never");
    gate.countDown();
    await().atMost(ONE_MINUTE).until(() -> Files.notExists(kept("busy-3.json")));
    assertThat(phase("queued")).isEqualTo(LoadReport.Phase.Pending);
    assertThat(kept("queued.json")).exists();
  }

  private void occupyAllThreads() throws IOException {
    for (int i = 0; i < 4; i++) {
      start("busy-" + i, "first", null);
    }
  }

  @Test
  void aLoadWhoseDataSetIsDroppedWhileItWaitsForAnotherFails() throws IOException {
    start("before", "first", null);
    start("behind", "second", "before");
    node.drop("second");
    await().atMost(ONE_MINUTE).until(() -> phase("behind") == LoadReport.Phase.Failed);
    assertThat(loads.report("behind").reason()).contains("second", "no longer served");
    addDataSet("second");
    start("behind", "second", "before");
  }

  @Test
  void aLoadWhoseDataSetIsDroppedWhileItWaitsForAThreadFails() throws IOException {
    occupyAllThreads();
    start("queued", "second", null);
    node.drop("second");
    gate.countDown();
    await().atMost(ONE_MINUTE).until(() -> phase("queued") == LoadReport.Phase.Failed);
    assertThat(loads.report("queued").reason()).contains("second", "not served");
    await().atMost(ONE_MINUTE).until(() -> Files.notExists(kept("queued.json")));
  }
}

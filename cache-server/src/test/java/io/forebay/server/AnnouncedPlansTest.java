package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.control.CacheControl;
import io.forebay.dataset.epoch.EpochOrder;
import io.forebay.dataset.prefetch.PrefetchOptions;
import io.forebay.dataset.prefetch.Prefetcher;
import io.forebay.dataset.prefetch.ReadPlan;
import io.forebay.file.FileVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What servers know of the reads that jobs announce. */
class AnnouncedPlansTest {

  @TempDir Path directory;
  private Nodes nodes;

  @AfterEach
  void close() throws IOException {
    nodes.close();
  }

  private boolean knowsOfTheLast(int server, List<FileStatus> files, DataSet data) {
    return files.subList(files.size() - 20, files.size()).stream()
        .filter(f -> CacheControl.of(data).place(f).owners().get(0).equals("server-" + server))
        .map(f -> FileVersion.of(Nodes.DATA_SET, f))
        .allMatch(f -> nodes.server(server).node().store().nextRead(f).isAnnounced());
  }

  @Test
  void aServerThatIsStartedAnewHearsOfAllThatIsToCome() throws IOException {
    nodes = new Nodes(directory, 2);
    nodes.addMany(200, 500);
    DataSet data = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    List<FileStatus> files = data.walk("");
    ReadPlan plan = ReadPlan.epochs(files, 1, epoch -> EpochOrder.sequential(files.size()));
    AtomicLong position = new AtomicLong();
    try (Prefetcher prefetcher = Prefetcher.start(data, plan, PrefetchOptions.DEFAULT, 0)) {
      for (int server = 0; server < 2; server++) {
        int each = server;
        await().atMost(ONE_MINUTE).until(() -> knowsOfTheLast(each, files, data));
      }
      nodes.stop(1);
      nodes.start(1);
      assertThat(knowsOfTheLast(1, files, data)).isFalse();
      await()
          .atMost(ONE_MINUTE)
          .until(
              () -> {
                prefetcher.reached(Math.min(100, position.incrementAndGet()));
                return knowsOfTheLast(1, files, data) && knowsOfTheLast(0, files, data);
              });
    }
  }

  @Test
  void aJobThatEndsLeavesNoPlan() throws IOException {
    nodes = new Nodes(directory, 2);
    nodes.addMany(50, 500);
    DataSet data = nodes.onNode(0).dataSet(Nodes.DATA_SET);
    List<FileStatus> files = data.walk("");
    ReadPlan plan = ReadPlan.epochs(files, 1, epoch -> EpochOrder.sequential(files.size()));
    try (Prefetcher prefetcher = Prefetcher.start(data, plan, PrefetchOptions.DEFAULT, 0)) {
      await().atMost(ONE_MINUTE).until(() -> knowsOfTheLast(1, files, data));
      prefetcher.reached(1);
    }
    for (FileStatus file : files) {
      FileVersion version = FileVersion.of(Nodes.DATA_SET, file);
      assertThat(nodes.server(0).node().store().nextRead(version).isAnnounced()).isFalse();
      assertThat(nodes.server(1).node().store().nextRead(version).isAnnounced()).isFalse();
    }
  }
}

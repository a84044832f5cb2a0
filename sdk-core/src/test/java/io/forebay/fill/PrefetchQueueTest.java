package io.forebay.fill;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.FileStatus;
import io.forebay.file.FileId;
import io.forebay.file.FileVersion;
import io.forebay.metadata.Residency;
import io.forebay.plan.PlanUpdate;
import io.forebay.store.Medium;
import io.forebay.store.NodeStore;
import io.forebay.store.StoreListener;
import io.forebay.store.StoreOptions;
import io.forebay.store.TierOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrefetchQueueTest {

  private static final int BYTES = 1_000;

  @TempDir Path directory;
  private NodeStore store;
  private PrefetchQueue queue;

  @BeforeEach
  void open() throws IOException {
    store =
        NodeStore.open(
            StoreOptions.of(
                List.of(TierOptions.of(Medium.SSD, directory.resolve("tier"), 1 << 20)), 64 << 10),
            new NobodyListens());
    queue = new PrefetchQueue(store);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private record NobodyListens() implements StoreListener {

    @Override
    public void resident(FileId id, Residency.Location location) {}

    @Override
    public void gone(FileId id) {}
  }

  private static FileVersion file(String path) {
    return FileVersion.of("d", FileStatus.file(path, BYTES, 1, "1"));
  }

  /** A second lies between reads, as long as no speed is known. */
  private void announce(long job, String... paths) {
    List<PlanUpdate.Read> reads = new ArrayList<>();
    for (String path : paths) {
      reads.add(new PlanUpdate.Read(1_000L * reads.size(), file(path).id().high()));
    }
    store.plan("d", new PlanUpdate(job, 0, reads));
  }

  private void add(String... paths) {
    for (String path : paths) {
      queue.add(file(path), Asker.NODE);
    }
  }

  private List<String> takeAll() {
    List<String> taken = new ArrayList<>();
    for (PrefetchQueue.Expected next = queue.take(); next != null; next = queue.take()) {
      taken.add(next.file().path());
    }
    return taken;
  }

  @Test
  void theNextReadOfAnyJobComesFirst() {
    announce(2, "a", "b", "c");
    announce(4, "x", "y", "z");
    add("c", "b", "a");
    add("x", "y", "z");
    assertThat(takeAll().stream().map("axbycz"::indexOf).map(i -> i / 2))
        .containsExactly(0, 0, 1, 1, 2, 2);
  }

  @Test
  void whatNobodyAnnouncedComesAfterwardsInTheOrderOfArrival() {
    announce(2, "a");
    add("v", "u", "a", "t");
    assertThat(takeAll()).containsExactly("a", "v", "u", "t");
  }

  @Test
  void aFileIsNotFetchedForAReadThatIsUnderWay() {
    announce(2, "a", "b");
    announce(4, "c", "a");
    add("a", "b", "c", "a");
    queue.missed(file("a"));
    assertThat(takeAll()).containsExactlyInAnyOrder("b", "c");
  }

  @Test
  void aFileIsFetchedOnceForAReadThatTwoJobsHaveItFetchedFor() {
    announce(2, "a");
    announce(4, "b", "a");
    add("a");
    add("b", "a");
    assertThat(takeAll()).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aFileThatFoundNoRoomWaitsAgain() {
    announce(2, "a");
    add("a");
    PrefetchQueue.Expected taken = queue.take();
    queue.done(taken, false);
    assertThat(queue.take()).isEqualTo(taken);
    queue.done(taken, true);
    assertThat(queue.take()).isNull();
  }

  @Test
  void whatItsReaderWasFasterForIsDropped() {
    announce(2, "a", "b");
    add("a", "b");
    store.plan("d", new PlanUpdate(2, 1_000, List.of()));
    assertThat(takeAll()).containsExactly("b");
  }
}

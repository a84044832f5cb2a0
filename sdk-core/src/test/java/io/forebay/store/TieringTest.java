package io.forebay.store;

import static io.forebay.store.Stores.BLOCK;
import static io.forebay.store.Stores.assertReadable;
import static io.forebay.store.Stores.directoryOf;
import static io.forebay.store.Stores.fill;
import static io.forebay.store.Stores.tier;
import static io.forebay.store.Stores.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.file.FileVersion;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.Retain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where files are and which ones leave. The background is made to work step by step. */
class TieringTest {

  private static final CachePolicy KEEP = CachePolicy.DEFAULT.withRetain(Retain.KEEP);
  private static final CachePolicy FREQUENCY = CachePolicy.DEFAULT.withRetain(Retain.FREQUENCY);

  @TempDir Path directory;
  private NodeStore store;

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void open(TierOptions... tiers) throws IOException {
    store = NodeStore.recover(Stores.options(tiers), new Stores.Published());
  }

  private TierOptions blocks(String name, int blocks, double high, double low) {
    return tier(directory.resolve(name), (long) blocks * BLOCK, high, low);
  }

  private List<FileVersion> fillMany(String dataSet, int count) throws IOException {
    List<FileVersion> admitted = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      FileVersion version = version(dataSet, "f" + i, 100 + i);
      if (fill(store, version)) {
        admitted.add(version);
      }
    }
    return admitted;
  }

  private DataSetUsageStatus usage(String dataSet) {
    return store.status().usages().stream()
        .filter(s -> s.name().equals(dataSet))
        .findFirst()
        .orElseThrow();
  }

  /** Lets the store's clock, of a hundredth of a second, go on. */
  private void tick() {
    long before = store.now();
    while (store.now() == before) {
      Thread.onSpinWait();
    }
  }

  @Test
  void newDataGoesToTheFastestTierThatHasRoom() throws IOException {
    open(blocks("mem", 10, 1, 1), blocks("ssd", 10, 1, 1));
    List<FileVersion> files = fillMany("d", 25);
    assertThat(files).hasSize(20);
    assertThat(files.subList(0, 10)).allMatch(f -> directoryOf(store, f) == 0);
    assertThat(files.subList(10, 20)).allMatch(f -> directoryOf(store, f) == 1);
  }

  @Test
  void aLargeFileBeginsWhereAllOfItHasRoom() throws IOException {
    open(blocks("mem", 3, 1, 1), blocks("ssd", 10, 1, 1));
    FileVersion large = version("d", "large", 5 * BLOCK);
    assertThat(fill(store, large)).isTrue();
    assertThat(directoryOf(store, large)).isEqualTo(1);
    FileVersion small = version("d", "small", BLOCK);
    assertThat(fill(store, small)).isTrue();
    assertThat(directoryOf(store, small)).isZero();
  }

  @Test
  void aTierSpreadsOverItsDirectories() throws IOException {
    Path a = directory.resolve("a");
    Path b = directory.resolve("b");
    open(
        new TierOptions(
            Medium.SSD,
            List.of(
                new TierOptions.Directory(a, 10 * BLOCK), new TierOptions.Directory(b, 4 * BLOCK)),
            1,
            1));
    List<FileVersion> files = fillMany("d", 14);
    assertThat(files.stream().filter(f -> directoryOf(store, f) == 1)).hasSize(4);
  }

  @Test
  void aboveHighTheColdestMoveDownUntilBelowLow() throws IOException {
    open(blocks("mem", 20, 0.8, 0.5), blocks("hdd", 100, 0.9, 0.8));
    store.configure("d", FREQUENCY);
    List<FileVersion> files = fillMany("d", 20);
    tick();
    for (FileVersion hot : files.subList(0, 5)) {
      assertReadable(store, hot);
    }
    store.tidy();
    assertThat(store.status().directories().get(0).usedBytes()).isEqualTo(10 * BLOCK);
    assertThat(store.status().directories().get(1).usedBytes()).isEqualTo(10 * BLOCK);
    assertThat(store.status().movedDown()).isEqualTo(10);
    assertThat(files.subList(0, 5)).allMatch(f -> directoryOf(store, f) == 0);
    for (FileVersion file : files) {
      assertReadable(store, file);
    }
  }

  @Test
  void hotFilesMoveUpWhereThereIsRoom() throws IOException {
    open(blocks("mem", 10, 1, 0.9), blocks("hdd", 100, 1, 0.9));
    store.configure("d", KEEP);
    List<FileVersion> files = fillMany("d", 20);
    store.prune("d", file -> file.id().equals(files.get(0).id()));
    for (int i = 0; i < 2; i++) {
      assertReadable(store, files.get(15));
    }
    store.tidy();
    assertThat(directoryOf(store, files.get(15))).isZero();
    assertReadable(store, files.get(15));
    assertThat(store.status().movedUp()).isEqualTo(1);
  }

  @Test
  void aFileThatMovesIsCheckedOnTheWay() throws IOException {
    open(blocks("mem", 10, 0.5, 0.2), blocks("hdd", 100, 1, 0.9));
    store.configure("d", FREQUENCY);
    List<FileVersion> files = fillMany("d", 10);
    Path bad = store.find(files.get(3).id()).orElseThrow().path();
    java.nio.file.Files.write(bad, new byte[(int) files.get(3).size()]);
    tick();
    for (FileVersion file : files) {
      if (!file.equals(files.get(3))) {
        store.used(file.id(), 0, 1);
      }
    }
    store.tidy();
    assertThat(store.find(files.get(3).id())).isEmpty();
    assertThat(store.status().corruptBlocks()).isEqualTo(1);
  }

  @Test
  void withoutALowerTierTheColdestLeaveUntilBelowLow() throws IOException {
    open(blocks("ssd", 100, 0.9, 0.5));
    store.configure("d", FREQUENCY);
    List<FileVersion> files = fillMany("d", 95);
    for (int i = 0; i < 5; i++) {
      for (FileVersion hot : files.subList(0, 10)) {
        store.used(hot.id(), 0, 1);
      }
    }
    store.tidy();
    assertThat(store.usedBytes()).isBetween(48L * BLOCK, 50L * BLOCK);
    for (FileVersion hot : files.subList(0, 10)) {
      assertReadable(store, hot);
    }
    assertThat(usage("d").evictions()).isBetween(45L, 47L);
  }

  @Test
  void whatIsReadInEpochsStaysAndNewcomersPassBy() throws IOException {
    open(blocks("ssd", 20, 0.9, 0.5));
    store.configure("d", KEEP);
    List<FileVersion> files = fillMany("d", 40);
    assertThat(files).hasSize(20);
    store.tidy();
    assertThat(fillMany("d", 40)).isSubsetOf(files);
    assertThat(usage("d").evictions()).isZero();
    assertThat(usage("d").bypassed()).isPositive();
  }

  @Test
  void aDataSetGetsItsGuaranteedShareAndKeepsIt() throws IOException {
    open(blocks("ssd", 20, 1, 1));
    store.configure("greedy", KEEP);
    store.configure("entitled", guaranteed(8 * BLOCK));
    assertThat(fillMany("greedy", 30)).hasSize(20);
    for (int pass = 0; pass < 8; pass++) {
      fillMany("entitled", 8);
      store.tidy();
    }
    assertThat(usage("entitled").usedBytes()).isEqualTo(8 * BLOCK);
    for (int pass = 0; pass < 8; pass++) {
      fillMany("greedy", 30);
      fillMany("entitled", 30);
      store.tidy();
    }
    assertThat(usage("entitled").usedBytes()).isGreaterThanOrEqualTo(8 * BLOCK);
    assertThat(usage("greedy").usedBytes()).isPositive();
  }

  private static CachePolicy guaranteed(long bytes) {
    return new CachePolicy(Retain.KEEP, bytes, Long.MAX_VALUE, Optional.empty(), 64, 0, false);
  }

  @Test
  void aDataSetNeverHoldsMoreThanItsMaximum() throws IOException {
    open(blocks("ssd", 100, 1, 1));
    store.configure(
        "d", new CachePolicy(Retain.KEEP, 0, 5 * BLOCK, Optional.empty(), 64, 0, false));
    assertThat(fillMany("d", 20)).hasSize(5);
    store.configure(
        "d", new CachePolicy(Retain.KEEP, 0, 3 * BLOCK, Optional.empty(), 64, 0, false));
    store.tidy();
    assertThat(usage("d").usedBytes()).isEqualTo(3 * BLOCK);
  }

  @Test
  void anIdleDataSetGivesWayToOneThatIsRead() throws IOException {
    AtomicLong nanoTime = new AtomicLong();
    store =
        NodeStore.recover(
            new StoreOptions(List.of(blocks("ssd", 20, 1, 1)), BLOCK, 0, 0, Duration.ofHours(1)),
            new Stores.Published(),
            nanoTime::get);
    store.configure("old", KEEP);
    store.configure("new", KEEP);
    fillMany("old", 20);
    nanoTime.addAndGet(Duration.ofHours(2).toNanos());
    fillMany("new", 6);
    store.missed(version("new", "x", 1), 0, 1);
    store.tidy();
    assertThat(fillMany("new", 6)).hasSize(6);
    assertThat(usage("old").usedBytes()).isEqualTo(14 * BLOCK);
  }

  @Test
  void pinnedFilesStayWhateverHappensAndFindRoom() throws IOException {
    open(blocks("ssd", 20, 0.9, 0.5));
    store.configure("d", FREQUENCY);
    store.pin("d", "f3");
    List<FileVersion> files = fillMany("d", 20);
    for (int i = 0; i < 3; i++) {
      fillMany("d", 40);
      store.tidy();
    }
    assertReadable(store, files.get(3));
    store.prune("d", file -> !file.pinned());
    assertThat(store.fileCount()).isEqualTo(1);
    store.unpin("d", "f3");
    store.applyPins(files.get(3));
    store.prune("d", file -> !file.pinned());
    assertThat(store.fileCount()).isZero();
  }

  @Test
  void pinnedNewcomersPushOutUnpinnedFilesOfTheirOwnDataSetOnly() throws IOException {
    open(blocks("ssd", 20, 1, 1));
    store.configure("d", KEEP);
    store.configure("other", KEEP);
    fillMany("other", 5);
    fillMany("d", 15);
    store.pin("d", "hot");
    FileVersion hot = version("d", "hot/file", 3 * BLOCK);
    fillMany("other", 9); // it has no right to more
    assertThat(fill(store, hot)).isFalse();
    store.tidy();
    assertThat(fill(store, hot)).isTrue();
    assertThat(usage("other").usedBytes()).isEqualTo(5 * BLOCK);
    assertThat(usage("d").usedBytes()).isEqualTo(15 * BLOCK);
  }

  @Test
  void filesLeaveAtTheEndOfTheirTimeToLiveAlsoAcrossRestarts() throws Exception {
    open(blocks("ssd", 20, 1, 1));
    fillMany("d", 3);
    store.close();
    open(blocks("ssd", 20, 1, 1));
    store.configure(
        "d",
        new CachePolicy(
            Retain.KEEP, 0, Long.MAX_VALUE, Optional.of(Duration.ofSeconds(1)), 64, 0, false));
    await()
        .atMost(ONE_MINUTE)
        .until(
            () -> {
              store.tidy();
              return store.fileCount() == 0;
            });
    assertThat(store.status().expired()).isEqualTo(3);
  }

  @Test
  void movesSurviveARestart() throws IOException {
    open(blocks("mem", 10, 0.5, 0.2), blocks("hdd", 100, 1, 0.9));
    store.configure("d", FREQUENCY);
    List<FileVersion> files = fillMany("d", 10);
    store.tidy();
    long used = store.usedBytes();
    store.close();
    open(blocks("mem", 10, 0.5, 0.2), blocks("hdd", 100, 1, 0.9));
    assertThat(store.usedBytes()).isEqualTo(used);
    for (FileVersion file : files) {
      assertReadable(store, file);
    }
  }
}

package io.forebay.store;

import static io.forebay.store.Stores.BLOCK;
import static io.forebay.store.Stores.assertReadable;
import static io.forebay.store.Stores.fill;
import static io.forebay.store.Stores.tier;
import static io.forebay.store.Stores.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.file.FileVersion;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.Retain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that other nodes own: they have the room that nobody else wants. 200 blocks, of which
 * copies may have up to 192: the low water mark is at 194.
 */
class LocalCopyTest {

  @TempDir Path directory;
  private NodeStore store;

  @BeforeEach
  void open() throws IOException {
    store =
        NodeStore.recover(
            Stores.options(tier(directory.resolve("ssd"), 200 * BLOCK, 0.99, 0.97)),
            new Stores.Published());
    configure(Long.MAX_VALUE);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private void configure(long max) {
    store.configure("d", new CachePolicy(Retain.KEEP, 0, max, Optional.empty(), 64, 0, false));
  }

  private List<FileVersion> fillMany(String name, int count, Purpose purpose) throws IOException {
    List<FileVersion> there = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      FileVersion version = version("d", name + i, BLOCK);
      if (fill(store, version, 0, purpose)) {
        there.add(version);
      }
    }
    return there;
  }

  private long resident(List<FileVersion> files) {
    return files.stream().filter(f -> store.locate(f.id()).isPresent()).count();
  }

  private long copyBlocks() {
    return store.status().usages().stream().mapToLong(DataSetUsageStatus::copyBytes).sum() / BLOCK;
  }

  @Test
  void copiesEndBelowTheLowWaterMark() throws IOException {
    assertThat(fillMany("copy", 300, Purpose.COPY)).hasSize(192);
    assertThat(copyBlocks()).isEqualTo(192);
  }

  @Test
  void copiesLeaveTheRoomThatIsGoingToBeNeeded() throws IOException {
    store.owns("d", 150 * BLOCK);
    assertThat(fillMany("copy", 100, Purpose.COPY)).hasSize(42);
    fillMany("own", 150, Purpose.READ);
    assertThat(fillMany("other", 100, Purpose.COPY)).isEmpty();
    assertThat(copyBlocks()).isEqualTo(42);
  }

  @Test
  void copiesGiveWayToWhatTheNodeOwns() throws IOException {
    List<FileVersion> copies = fillMany("copy", 192, Purpose.COPY);
    List<FileVersion> own = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      own.addAll(fillMany("own" + i, 5, Purpose.READ));
      store.tidy();
    }
    assertThat(own).hasSize(200);
    assertThat(resident(own)).isEqualTo(200);
    assertThat(resident(copies)).isZero();
    assertThat(copyBlocks()).isZero();
    assertThat(store.usedBytes()).isEqualTo(200 * BLOCK);
  }

  @Test
  void aDataSetAtItsMaximumGivesUpCopiesOfItsOwn() throws IOException {
    configure(50 * BLOCK);
    assertThat(fillMany("copy", 100, Purpose.COPY)).hasSize(48);
    List<FileVersion> own = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      own.addAll(fillMany("own" + i, 2, Purpose.READ));
      store.tidy();
    }
    assertThat(resident(own)).isEqualTo(50);
    assertThat(copyBlocks()).isZero();
  }

  @Test
  void whatIsACopyFollowsFromWhoOwnsIt() throws IOException {
    List<FileVersion> own = fillMany("own", 10, Purpose.READ);
    FileVersion large = version("d", "large", 3 * BLOCK);
    for (int block = 0; block < 3; block++) {
      assertThat(fill(store, large, block, Purpose.COPY)).isTrue();
    }
    store.classify((dataSet, id, length) -> length > BLOCK);
    assertThat(copyBlocks()).isEqualTo(10);
    store.classify((dataSet, id, length) -> id.equals(own.get(0).id()));
    assertThat(copyBlocks()).isEqualTo(12);
    store.close();
    open();
    assertThat(copyBlocks()).as("until somebody says who owns what").isZero();
    store.classify((dataSet, id, length) -> id.equals(own.get(0).id()));
    assertThat(copyBlocks()).isEqualTo(12);
    assertReadable(store, own.get(0));
    assertReadable(store, large);
  }

  @Test
  void whatIsReadForItselfIsNoLongerACopy() throws IOException {
    FileVersion large = version("d", "large", 3 * BLOCK);
    assertThat(fill(store, large, 0, Purpose.COPY)).isTrue();
    assertThat(copyBlocks()).isEqualTo(1);
    assertThat(fill(store, large, 1, Purpose.READ)).isTrue();
    assertThat(copyBlocks()).isZero();
  }

  @Test
  void whatIsPrunedOrAbandonedIsNotCounted() throws IOException {
    fillMany("copy", 10, Purpose.COPY);
    store.reserve(version("d", "never", BLOCK), 0, Purpose.COPY).orElseThrow().close();
    assertThat(copyBlocks()).isEqualTo(10);
    store.prune("d", file -> true);
    assertThat(copyBlocks()).isZero();
    assertThat(store.usedBytes()).isZero();
  }
}

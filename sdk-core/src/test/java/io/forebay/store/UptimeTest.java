package io.forebay.store;

import static io.forebay.store.Stores.BLOCK;
import static io.forebay.store.Stores.fill;
import static io.forebay.store.Stores.tier;
import static io.forebay.store.Stores.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.file.FileVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that has run for a long time. */
class UptimeTest {

  private static final long TICK_NANOS = Duration.ofMillis(10).toNanos();

  @TempDir Path directory;

  /** As {@link System#nanoTime}: it may begin anywhere, and overflow. */
  private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1);

  private NodeStore store;

  @BeforeEach
  void open() throws IOException {
    store =
        NodeStore.recover(
            Stores.options(tier(directory, 100 * BLOCK, 1, 1)),
            new Stores.Published(),
            nanoTime::get);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private FileVersion readNow(String path) throws IOException {
    FileVersion version = version("d", path, BLOCK);
    fill(store, version);
    store.used(version.id(), 0, BLOCK);
    return version;
  }

  /** Around the times at which 31 and 32 bits of hundredths of a second overflow, and later. */
  @ParameterizedTest
  @ValueSource(longs = {Integer.MAX_VALUE, 1L << 32, 3L << 31, 100L * 86_400 * 3_650})
  void theFilesReadLeastLatelyLeaveFirst(long ticks) throws IOException {
    long step = ticks / 8;
    nanoTime.addAndGet((ticks - 4 * step) * TICK_NANOS);
    List<FileVersion> files = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      files.add(readNow("f" + i));
      nanoTime.addAndGet(step * TICK_NANOS);
    }
    assertThat(new HeatScan(store).select(1, true, (segment, slot) -> true))
        .contains(files.get(0).id())
        .doesNotContain(files.get(7).id());
    assertThat(new HeatScan(store).select(1, false, (segment, slot) -> true))
        .contains(files.get(7).id())
        .doesNotContain(files.get(0).id());
  }

  @Test
  void filesThatWereReadSecondsApartAreToldApartAfterYears() throws IOException {
    readNow("years ago");
    nanoTime.addAndGet(Duration.ofDays(3_000).toNanos());
    FileVersion older = readNow("older");
    nanoTime.addAndGet(Duration.ofSeconds(10).toNanos());
    FileVersion newer = readNow("newer");
    nanoTime.addAndGet(Duration.ofSeconds(30).toNanos());
    assertThat(new HeatScan(store).select(BLOCK + 1, true, (segment, slot) -> true))
        .contains(older.id())
        .doesNotContain(newer.id());
  }

  @Test
  void howLongAFileWasNotReadIsKnownAfterAYear() throws IOException {
    readNow("early");
    nanoTime.addAndGet(Duration.ofDays(400).toNanos());
    readNow("late");
    nanoTime.addAndGet(Duration.ofHours(1).toNanos());
    List<Long> idle = new ArrayList<>();
    store.prune(
        "d",
        file -> {
          idle.add(file.idleSeconds());
          return false;
        });
    assertThat(idle)
        .containsExactlyInAnyOrder(
            Duration.ofDays(400).plusHours(1).toSeconds(), Duration.ofHours(1).toSeconds());
  }
}

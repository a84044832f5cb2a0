package io.forebay.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OwnedMapsTest {

  /** So many that taking them over takes a while. */
  private static final int BEFORE = 50_000;

  private static final long CACHE_BYTES = 10L << 30;

  @TempDir Path directory;

  @Test
  @Timeout(60)
  void aNameThatIsLearntWhileTheMapsAreOpenedIsKnownAfterwards() {
    try (OwnedMaps maps =
        new OwnedMaps(directory, CACHE_BYTES, resident -> {}, withoutNames -> {})) {
      int names = 0;
      while (names < BEFORE) {
        maps.put("d", file(names++));
      }
      maps.open();
      while (maps.generation().isEmpty()) {
        maps.put("d", file(names++));
        LockSupport.parkNanos(1_000); // more names than the heap keeps are not meant
      }

      for (int i = 0; i < names; i++) {
        assertThat(maps.stat("d", "f" + i)).contains(file(i));
      }
    }
  }

  @Test
  void whatIsForgottenWhileTheyAreOpenedStaysForgotten() throws Exception {
    AtomicReference<OwnedMaps> opening = new AtomicReference<>();
    try (OwnedMaps maps =
        new OwnedMaps(
            directory, CACHE_BYTES, residents -> opening.get().clear("d"), withoutNames -> {})) {
      opening.set(maps);
      maps.put("d", FileStatus.file("f", 1, 0, "old"));
      long before = maps.epoch("d");
      maps.open();
      assertThat(maps.await(60_000)).isTrue();
      assertThat(maps.stat("d", "f")).isEmpty();
      assertThat(maps.epoch("d")).isNotEqualTo(before);
      maps.put("d", FileStatus.file("f", 1, 0, "new"));
      long opened = maps.epoch("d");
      maps.clear("d");
      assertThat(maps.stat("d", "f")).isEmpty();
      assertThat(maps.epoch("d")).isNotEqualTo(opened);
    }
  }

  @Test
  void anErrorWhileTheyAreOpenedIsSaidAndNamesAreKeptOnHeap() throws Exception {
    try (OwnedMaps maps =
        new OwnedMaps(
            directory,
            CACHE_BYTES,
            residents -> {
              throw new AssertionError("no such class");
            },
            withoutNames -> {})) {
      maps.open();
      assertThat(maps.await(60_000)).isTrue();
      await().atMost(ONE_MINUTE).until(() -> maps.trouble().isPresent());
      assertThat(maps.trouble().orElseThrow()).contains("no such class");
      assertThat(maps.generation()).isEmpty();
      maps.put("d", file(1));
      assertThat(maps.stat("d", "f1")).contains(file(1));
    }
  }

  @Test
  void mapsOfASmallCacheTakeLittleOfItAndGrowWithTheNames() throws Exception {
    long cacheBytes = 50 << 20;
    try (OwnedMaps maps = new OwnedMaps(directory, cacheBytes, residents -> {}, without -> {})) {
      maps.open();
      assertThat(maps.await(60_000)).isTrue();
      long atFirst = bytesOnDisk();
      assertThat(atFirst).isBetween(1L, cacheBytes / 10);
      assertThat(maps.bytes()).isEqualTo(atFirst);

      maps.replace(
          "d",
          visitor -> {
            for (int i = 0; i < BEFORE; i++) {
              visitor.visit(FileStatus.file("f%06d".formatted(i), i, 0, "etag"));
            }
          },
          BEFORE);
      assertThat(maps.stat("d", "f%06d".formatted(BEFORE - 1))).isPresent();
      assertThat(maps.list("d", "").orElseThrow()).hasSize(BEFORE);
      assertThat(maps.bytes()).isEqualTo(bytesOnDisk()).isGreaterThan(atFirst);
    }
  }

  private long bytesOnDisk() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static FileStatus file(int number) {
    return FileStatus.file("f" + number, number, 0, "etag");
  }
}

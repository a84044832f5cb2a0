package io.forebay.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.FileStatus;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OwnedMapsTest {

  /** So many that taking them over takes a while. */
  private static final int BEFORE = 50_000;

  @TempDir Path directory;

  @Test
  @Timeout(60)
  void aNameThatIsLearntWhileTheMapsAreOpenedIsKnownAfterwards() {
    try (OwnedMaps maps = new OwnedMaps(directory, resident -> {}, withoutNames -> {})) {
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
        new OwnedMaps(directory, residents -> opening.get().clear("d"), withoutNames -> {})) {
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

  private static FileStatus file(int number) {
    return FileStatus.file("f" + number, number, 0, "etag");
  }
}

package io.forebay.kubernetes.fluid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is exchanged as the kubelet does it. */
class RuntimeFileTest {

  private static final Duration INTERVAL = Duration.ofMillis(20);

  @TempDir private Path directory;
  private RuntimeFile file;
  private int versions;

  @BeforeEach
  void create() throws IOException {
    exchange("/first");
    Files.createSymbolicLink(directory.resolve("runtime.json"), Path.of("..data/runtime.json"));
    file = new RuntimeFile(directory.resolve("runtime.json"));
  }

  private void exchange(String targetPath) throws IOException {
    exchangeText("{\"targetPath\": \"" + targetPath + "\"}");
  }

  /** A directory with a name of its own, and a link that is put over the former one. */
  private void exchangeText(String text) throws IOException {
    Path version = Files.createDirectory(directory.resolve("..version-" + versions++));
    Files.writeString(version.resolve("runtime.json"), text);
    Path link = Files.createSymbolicLink(directory.resolve("..data_tmp"), version.getFileName());
    Files.move(link, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void aChangeIsSeen() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (AutoCloseable following =
        file.follow(file.read(), config -> seen.add(config.targetPath()), INTERVAL)) {
      exchange("/second");
      await().atMost(ONE_MINUTE).until(() -> seen.contains("/second"));
      exchangeText("not JSON");
      exchange("/third");
      await().atMost(ONE_MINUTE).until(() -> seen.contains("/third"));
    }
    assertThat(seen).containsExactly("/second", "/third");
  }

  @Test
  void aChangeThatFailsIsTriedAgain() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    try (AutoCloseable following =
        file.follow(
            file.read(),
            config -> {
              if (attempts.incrementAndGet() < 3) {
                throw new IOException("not yet");
              }
            },
            INTERVAL)) {
      exchange("/second");
      await().atMost(ONE_MINUTE).until(() -> attempts.get() == 3);
      await().during(INTERVAL.multipliedBy(5)).atMost(ONE_MINUTE).until(() -> attempts.get() == 3);
    }
  }
}

package io.forebay.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A mount under many at once, and with trees that are unlike a data set's. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MountStressTest {

  private static final int NAMES = 6;
  private static final int THREADS = 6;
  private static final int ROUNDS = 150;

  /** What a race may end with: the file is gone, became another one, or is being read. */
  private static final Set<String> RACES = Set.of("Stale file handle", "Device or resource busy");

  @TempDir private Path directory;
  private MountedBucket bucket;

  @BeforeEach
  void start() throws IOException {
    bucket = new MountedBucket(directory);
  }

  @AfterEach
  void stop() throws IOException {
    if (bucket != null) {
      bucket.close();
    }
  }

  private Path mount(String options) throws IOException {
    return bucket.mount(options).point();
  }

  @Test
  void deepAndWideTreesAndOddNamesAreListedWhole() throws IOException {
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < 5_000; i++) {
      names.add("wide/file-" + i);
    }
    names.add("deep/" + "d/".repeat(400) + "end");
    names.add("odd/" + "n".repeat(255));
    names.add("odd/" + "ü".repeat(127));
    for (String name :
        List.of(" ", "a b", "-rf", "%41", "a\\b", "'\"`$(x)", "*?[x]", "日本", "🚰", "+&=")) {
      names.add("odd/" + name);
    }
    for (String name : names) {
      bucket.oss().put("bucket", name, name.getBytes(StandardCharsets.UTF_8));
    }
    Path root = mount("");
    try (Stream<Path> tree = Files.walk(root)) {
      assertThat(tree.filter(Files::isRegularFile).map(p -> root.relativize(p).toString()))
          .containsExactlyInAnyOrderElementsOf(names);
    }
    for (String name : names) {
      if (!name.startsWith("wide")) {
        assertThat(root.resolve(name)).content().isEqualTo(name);
      }
    }
  }

  /** Says itself how it goes on, so that a torn one is found. */
  private static byte[] content(int seed) {
    byte[] bytes = new byte[4 + seed % 50_000];
    new Random(seed).nextBytes(bytes);
    ByteBuffer.wrap(bytes).putInt(seed);
    return bytes;
  }

  @Test
  void whoeverRenamesUnlinksAndOpensAtOnceSeesWholeFiles() throws Exception {
    Path root = mount("rw,attr_timeout=0,entry_timeout=0");
    Process[] others = {
      shell(
          "i=0; while [ $i -lt 40 ]; do ls -l . >/dev/null; cat ? 2>/dev/null | wc -c; i=$((i+1)); done"),
      shell("i=0; while [ $i -lt 40 ]; do mv -f 0 1 2>/dev/null; rm -f 2; i=$((i+1)); done; :")
    };
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int thread = i;
        all.add(
            threads.submit(
                () -> {
                  use(root, thread);
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get(90, TimeUnit.SECONDS);
      }
    }
    for (Process other : others) {
      assertThat(other.waitFor(90, TimeUnit.SECONDS)).isTrue();
      assertThat(other.exitValue()).isZero();
    }
    try (Stream<Path> left = Files.list(root)) {
      for (Path file : (Iterable<Path>) left::iterator) {
        byte[] bytes = Files.readAllBytes(file);
        assertThat(bytes).isEqualTo(content(ByteBuffer.wrap(bytes).getInt()));
        assertThat(bucket.dataSet().read(file.getFileName().toString()))
            .isEqualTo(ByteBuffer.wrap(bytes));
      }
    }
  }

  private Process shell(String script) throws IOException {
    return new ProcessBuilder("sh", "-c", script)
        .directory(directory.resolve("mnt").toFile())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void use(Path root, int thread) throws IOException {
    Random random = new Random(thread);
    for (int round = 0; round < ROUNDS; round++) {
      Path file = root.resolve(Integer.toString(random.nextInt(NAMES)));
      try {
        switch (random.nextInt(6)) {
          case 0, 1 -> {
            Path unfinished = root.resolve("unfinished-" + thread);
            Files.write(unfinished, content(random.nextInt(1 << 20)));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
          }
          case 2 -> Files.delete(file);
          default -> {
            byte[] bytes = Files.readAllBytes(file);
            assertThat(bytes).isEqualTo(content(ByteBuffer.wrap(bytes).getInt()));
          }
        }
      } catch (NoSuchFileException e) {
        // Somebody else was first.
      } catch (IOException e) {
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        assertThat(reason).as(e.toString()).isIn(RACES);
      }
    }
    Files.deleteIfExists(root.resolve("unfinished-" + thread));
  }
}

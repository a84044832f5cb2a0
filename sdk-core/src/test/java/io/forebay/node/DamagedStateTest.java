package io.forebay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.Bucket;
import io.forebay.FileStatus;
import io.forebay.file.FileVersion;
import io.forebay.placement.View;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.SnapshotTolerance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every file of a node's directory is damaged in turn, while the node is not running. */
class DamagedStateTest {

  /** Those whose content nobody has a second time, or whose loss costs something. */
  private static final Set<String> SAID =
      Set.of("pins", "suspended", "in-use", "written", "index.log");

  private enum Damage {
    FLIPPED_IN_ONE_PLACE {
      @Override
      byte[] of(byte[] content) {
        byte[] bad = content.clone();
        bad[bad.length / 4] ^= 0x10;
        return bad;
      }
    },
    FLIPPED {
      @Override
      byte[] of(byte[] content) {
        byte[] bad = content.clone();
        for (int i = bad.length / 2; i < bad.length; i += 7) {
          bad[i] ^= (byte) 0xff; // no UTF-8 either
        }
        return bad;
      }
    },
    HALVED {
      @Override
      byte[] of(byte[] content) {
        return Arrays.copyOf(content, content.length / 2);
      }
    },
    EMPTIED {
      @Override
      byte[] of(byte[] content) {
        return new byte[0];
      }
    };

    abstract byte[] of(byte[] content);
  }

  @TempDir private Path directory;
  private Bucket bucket;
  private Path cache;
  private Path good;

  @BeforeEach
  void prepare() throws IOException {
    bucket = new Bucket();
    cache = directory.resolve("cache");
    good = directory.resolve("good");
    for (int i = 0; i < 4; i++) {
      bucket.add("train/" + i, 10_000 + i);
    }
    try (CacheNode node = open()) {
      node.dataSet("d").snapshot(Duration.ZERO, SnapshotTolerance.DEFAULT, found -> {});
      bucket.add("train/later", 5_000);
      node.catalog("d").changed("train/later");
      readEverything(node);
      node.pin("d", "train/1");
      node.suspend("e", true);
      node.listenAt("node", "127.0.0.1:1", View.parse("node=127.0.0.1:1"), "", Optional.empty());
    }
    copy(cache, good);
  }

  @AfterEach
  void close() {
    bucket.close();
  }

  private CacheNode open() throws IOException {
    CacheNode node = CacheNode.open(NodeOptions.of(cache, 1 << 30));
    for (String name : List.of("d", "e")) {
      node.add(new DataSetSpec(name, URI.create(bucket.root()), bucket.options()));
    }
    return node;
  }

  private void readEverything(CacheNode node) throws IOException {
    NodeDataSet data = node.dataSet("d");
    // Where it is not known what was written since the snapshot, a new one is made.
    await()
        .atMost(ONE_MINUTE)
        .untilAsserted(
            () ->
                assertThat(data.catalog().list("train"))
                    .extracting(FileStatus::path)
                    .containsExactlyInAnyOrderElementsOf(bucket.files().keySet()));
    for (String path : bucket.files().keySet()) {
      FileVersion file = FileVersion.of("d", data.catalog().stat(path));
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      data.reads().read(file, 0, bytes);
      assertThat(bytes.array()).isEqualTo(bucket.files().get(path));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  private void restore() throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    copy(good, cache);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(good)) {
      return files.filter(Files::isRegularFile).map(good::relativize).sorted().toList();
    }
  }

  @Test
  void theNodeStartsReadsEverythingRightAndSaysWhatIsDamaged() throws IOException {
    assertThat(files()).hasSizeGreaterThan(10);
    for (Path file : files()) {
      for (Damage damage : Damage.values()) {
        restore();
        byte[] content = Files.readAllBytes(cache.resolve(file));
        if (content.length == 0) {
          continue;
        }
        Files.write(cache.resolve(file), damage.of(content));
        String said = startAndRead(file + " " + damage);
        String name = file.getFileName().toString();
        if (SAID.contains(name) || name.endsWith(".snapshot")) {
          assertThat(said).as("%s %s", file, damage).contains(cache.resolve(file).toString());
        }
      }
    }
  }

  /** Returns what was logged. */
  private String startAndRead(String what) throws IOException {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try (CacheNode node = open()) {
      readEverything(node);
      readEverything(node);
    } catch (IOException | RuntimeException | AssertionError e) {
      throw new AssertionError(what + "; it said: " + said.toString(StandardCharsets.UTF_8), e);
    } finally {
      System.setErr(before);
    }
    return said.toString(StandardCharsets.UTF_8);
  }

  /** A read of a pipe waits until another process writes to it. */
  @Test
  void aPipeInThePlaceOfAStateFileHoldsUpNoStart() throws Exception {
    List<Path> states = files().stream().filter(f -> !f.startsWith("tier")).toList();
    assertThat(states).hasSizeGreaterThan(3);
    for (Path file : states) {
      restore();
      Files.delete(cache.resolve(file));
      Process made =
          new ProcessBuilder("mkfifo", cache.resolve(file).toString()).inheritIO().start();
      assertThat(made.waitFor()).isZero();
      if (file.endsWith("lock")) {
        assertThatThrownBy(this::open).hasMessageContaining("lock: must be a file");
      } else {
        startAndRead(file + " is a pipe");
      }
    }
  }

  @Test
  void whatADamagedLogDoesNotTellOfTakesNoSpace() throws IOException {
    Path log = Path.of("tier", "index.log");
    Files.write(cache.resolve(log), Damage.HALVED.of(Files.readAllBytes(cache.resolve(log))));
    try (CacheNode node = open()) {
      long onDisk;
      try (Stream<Path> files = Files.walk(cache.resolve("tier"), 2)) {
        onDisk = files.filter(f -> f.getNameCount() == cache.getNameCount() + 3).count();
      }
      assertThat(node.store().fileCount()).isPositive().isEqualTo(onDisk);
    }
  }
}

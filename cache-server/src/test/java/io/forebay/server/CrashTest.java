package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.Origin;
import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Seed;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real server that is killed at random moments while files come, move, leave and are read, by a
 * client of its node and one from elsewhere. After each kill everything is read through the next
 * one, and compared; the disk may never hold more than the quota. The profile {@code long} has more
 * kills.
 */
class CrashTest {

  private static final int KILLS = Integer.getInteger("forebay.kills", 50);
  private static final int FILES = 150;
  private static final int BLOCK = 64 << 10;
  private static final long FAST = 2 << 20;
  private static final long SLOW = 4 << 20;

  @TempDir Path directory;
  private final Random random = Seed.random(1);
  private OssServer oss;
  private Process process;
  private List<byte[]> files;

  @AfterEach
  void stop() throws Exception {
    if (process != null) {
      process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }
    if (oss != null) {
      oss.close();
    }
  }

  private void start() throws Exception {
    process =
        Command.forebay("serve", "--config", directory.resolve("forebay.properties").toString())
            .redirectErrorStream(true)
            .start();
    StringBuilder said = new StringBuilder();
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    CompletableFuture<Boolean> serving = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                  said.append(line).append('\n');
                  if (line.startsWith("serving at")) {
                    serving.complete(true);
                  }
                }
              } catch (IOException e) {
                said.append(e);
              }
              serving.complete(false);
            });
    reader.setDaemon(true);
    reader.start();
    try {
      assertThat(serving.get(60, TimeUnit.SECONDS)).as("%s", said).isTrue();
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("no server: " + said, e);
    }
  }

  private void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private void prepare() throws IOException {
    oss = OssServer.builder().bucket("bucket").key("id", "secret").start();
    files = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      // Many small ones, some of several blocks.
      byte[] content = new byte[i % 10 == 0 ? 300_000 + i * 777 : 1 + i * 311];
      new Random(i).nextBytes(content);
      files.add(content);
      oss.put("bucket", "f" + i, content);
    }
    Files.write(
        directory.resolve("forebay.properties"),
        List.of(
            "directory = " + directory.resolve("node"),
            "listen.tcp = 127.0.0.1:0",
            "listen.unix = " + directory.resolve("s"),
            "listen.admin = 127.0.0.1:0",
            "block = " + BLOCK,
            "tier.0.mediumtype = SSD",
            "tier.0.path = " + directory.resolve("fast"),
            "tier.0.quota = " + FAST,
            "tier.0.high = 0.9",
            "tier.0.low = 0.6",
            "tier.1.mediumtype = HDD",
            "tier.1.path = " + directory.resolve("slow"),
            "tier.1.quota = " + SLOW,
            "tier.1.high = 0.9",
            "tier.1.low = 0.7",
            "dataset.d.root = oss://bucket",
            "dataset.d.cache.retain = frequency",
            "dataset.d.fs.oss.endpoint = " + oss.endpoint(),
            "dataset.d.fs.oss.accessKeyId = id",
            "dataset.d.fs.oss.accessKeySecret = secret"));
  }

  private Forebay onNode() throws IOException {
    return Forebay.builder()
        .node(directory.resolve("node"))
        .option("fs.oss.endpoint", oss.endpoint())
        .option("fs.oss.accessKeyId", "id")
        .option("fs.oss.accessKeySecret", "secret")
        .patience(Duration.ofMinutes(1))
        .open();
  }

  private void read(DataSet data, int file) throws IOException {
    ByteBuffer buffer = data.read("f" + file);
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    if (!Arrays.equals(bytes, files.get(file))) {
      throw new AssertionError("wrong bytes in file " + file);
    }
  }

  /** Reads at random until told to stop; hot files more often. */
  private CompletableFuture<Void> load(DataSet data, int stream, AtomicReference<Boolean> stop) {
    return CompletableFuture.runAsync(
        () -> {
          Random own = Seed.random(stream);
          try {
            while (!stop.get()) {
              int file = own.nextInt(own.nextBoolean() ? 20 : FILES);
              if (own.nextInt(4) == 0) {
                data.prefetch(List.of("f" + own.nextInt(FILES)));
              }
              read(data, file);
            }
          } catch (IOException e) {
            throw new AssertionError("a read failed", e);
          }
        });
  }

  private static long bytesOf(Path tier) throws IOException {
    long sum = 0;
    try (Stream<Path> tree = Files.walk(tier, 2)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        try {
          if (path.getFileName().toString().length() >= 32) {
            // st_blocks is not to be had from Java, and nothing but the unfinished has holes.
            sum += path.toString().endsWith(".part") ? 0 : (Files.size(path) + 4095) / 4096 * 4096;
          }
        } catch (NoSuchFileException e) {
          // Left meanwhile.
        }
      }
    }
    return sum;
  }

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void noByteIsEverWrongHoweverOftenAServerIsKilled() throws Exception {
    prepare();
    long fromServer = 0;
    for (int i = 0; i <= KILLS; i++) {
      start();
      try (Forebay near = onNode()) {
        DataSet data = near.dataSet("d");
        // Everything that the last one left behind.
        for (int file = 0; file < FILES; file++) {
          read(data, file);
        }
        assertThat(near.stats().reads(Origin.UNDER_STORE)).isZero();
        fromServer += near.stats().reads(Origin.OWN_SERVER);
        if (i == KILLS) {
          break;
        }
        AtomicReference<Boolean> stop = new AtomicReference<>(false);
        List<CompletableFuture<Void>> loads =
            List.of(
                load(data, 3 * i, stop), load(data, 3 * i + 1, stop), load(data, 3 * i + 2, stop));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(700));
        kill();
        assertThat(bytesOf(directory.resolve("fast"))).isLessThanOrEqualTo(FAST + BLOCK);
        assertThat(bytesOf(directory.resolve("slow"))).isLessThanOrEqualTo(SLOW + BLOCK);
        stop.set(true);
        for (CompletableFuture<Void> load : loads) {
          load.get(60, TimeUnit.SECONDS);
        }
      }
    }
    assertThat(fromServer).isPositive();
  }
}

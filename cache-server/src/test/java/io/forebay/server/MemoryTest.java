package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.Bucket;
import io.forebay.FileStatus;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with little memory. */
class MemoryTest {

  private static final int READERS = 32;
  private static final int PIECE_BYTES = 2 << 20;

  @TempDir Path directory;

  @Test
  void aSmallHeapIsEnoughForManyReadersOfLargeFilesThatTheCacheHasNoRoomFor() throws Exception {
    try (Bucket bucket = new Bucket();
        ServerProcess server = new ServerProcess(directory, bucket, "10MiB", ":", "-Xmx96m")) {
      for (int i = 0; i < 4; i++) {
        bucket.add("f" + i, 24 << 20);
      }
      server.readBy(
          READERS,
          (data, reader) -> {
            FileStatus file = data.stat("f" + reader % 4);
            ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
            for (long at = 0; at < file.size(); at += PIECE_BYTES) {
              data.read(file, at, piece.clear());
              assertThat(piece.flip())
                  .isEqualTo(
                      ByteBuffer.wrap(bucket.files().get(file.path()), (int) at, PIECE_BYTES));
            }
          });
      assertThat(server.get("/healthz")).contains("ok");
      assertThat(server.log())
          .content()
          .contains("fill.memory is 256.0 MiB, but the heap")
          .doesNotContain("OutOfMemoryError");
    }
  }

  /** Ends as a server does. */
  static final class WithoutMemory {
    public static void main(String[] arguments) throws InterruptedException {
      FatalErrors.exitOnFatalError();
      Thread thread =
          new Thread(
              () -> {
                throw new OutOfMemoryError("for this test");
              });
      thread.start();
      Thread.currentThread().join();
    }
  }

  @Test
  void aServerThatHasNoMemoryLeftEnds() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                WithoutMemory.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isEqualTo(3);
    } finally {
      process.destroyForcibly();
    }
  }
}

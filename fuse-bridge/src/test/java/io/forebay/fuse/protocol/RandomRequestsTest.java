package io.forebay.fuse.protocol;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.forebay.Forebay;
import io.forebay.fuse.fs.Attributes;
import io.forebay.fuse.fs.DataSetFileSystem;
import io.forebay.fuse.fs.Profile;
import io.forebay.fuse.fs.Serving;
import io.forebay.fuse.journal.Journal;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that no kernel sends get an error number, and those after them an answer. */
class RandomRequestsTest {

  private static final int ROOM = 4096;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment bytes = arena.allocate(ROOM);
  private final Request request = new Request(bytes);
  private final Reply reply = new Reply(arena.allocate(ROOM));

  @Test
  void aTruncatedRequestIsNone() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      int length = random.nextInt(60) - 5;
      bytes.set(JAVA_INT_UNALIGNED, 0, random.nextInt(80));
      assertThat(request.take(length))
          .isEqualTo(length >= 40 && bytes.get(JAVA_INT_UNALIGNED, 0) == length);
    }
  }

  @Test
  void whateverIsAskedIsAnsweredOrRefused(@TempDir Path directory) throws IOException {
    assumeThat(Files.isWritable(Path.of("/dev/fuse"))).as("/dev/fuse can be used").isTrue();
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.createDirectory(data.resolve("d"));
    Files.write(data.resolve("d/file"), new byte[10_000]);
    Files.write(data.resolve("empty"), new byte[0]);
    try (Forebay forebay = Forebay.embedded(directory.resolve("cache"));
        Device device = Device.open(false);
        Journal journal = Journal.create(false);
        DataSetFileSystem files =
            new DataSetFileSystem(
                forebay.dataSet(data.toUri().toString()),
                new Serving(
                    new Attributes(0, 0, 0, true, Duration.ZERO, Duration.ZERO, Duration.ZERO),
                    true,
                    false,
                    0),
                Profile.PASSTHROUGH,
                device,
                journal,
                new Counts(),
                new Capabilities(45, true, true, true))) {
      Random random = new Random(2);
      for (int i = 0; i < 100_000; i++) {
        fill(random);
        reply.clear();
        try {
          files.mayWait(request);
          files.handle(request, reply);
        } catch (IOException | RuntimeException e) {
          assertThat(files.errno(e)).isPositive();
        }
      }
      ask(Opcode.LOOKUP, 1, "d\0");
      files.handle(request, reply);
      assertThat(reply.longAt(0)).isPositive();
      assertThat(reply.longAt(0)).isNotEqualTo(1);
    }
  }

  /** Often nearly right, so that more than the first check is reached. */
  private void fill(Random random) {
    int body = random.nextInt(64);
    for (int at = 40; at < 40 + body; at += 4) {
      bytes.set(
          JAVA_INT_UNALIGNED, at, random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(5));
    }
    if (random.nextInt(3) == 0) {
      byte[] name =
          (new String[] {"d\0", "file\0", "empty\0", "..\0", "\0"})
              [random.nextInt(5)].getBytes(UTF_8);
      MemorySegment.copy(name, 0, bytes, JAVA_BYTE, 40, name.length);
      body = Math.max(body, name.length);
    }
    header(
        40 + body,
        random.nextInt(54),
        random.nextInt(8) == 0 ? random.nextLong() : random.nextInt(6));
  }

  private void ask(int opcode, long node, String name) {
    byte[] body = name.getBytes(UTF_8);
    MemorySegment.copy(body, 0, bytes, JAVA_BYTE, 40, body.length);
    header(40 + body.length, opcode, node);
    reply.clear();
  }

  private void header(int length, int opcode, long node) {
    bytes.set(JAVA_INT_UNALIGNED, 0, length);
    bytes.set(JAVA_INT_UNALIGNED, 4, opcode);
    bytes.set(JAVA_LONG_UNALIGNED, 8, 7);
    bytes.set(JAVA_LONG_UNALIGNED, 16, node);
    request.take(length);
  }
}

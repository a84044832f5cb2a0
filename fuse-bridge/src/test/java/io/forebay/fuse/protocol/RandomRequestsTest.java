package io.forebay.fuse.protocol;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.fuse.fs.Attributes;
import io.forebay.fuse.fs.DataSetFileSystem;
import io.forebay.fuse.fs.Profile;
import io.forebay.fuse.fs.RecoveredState;
import io.forebay.fuse.fs.ServingOptions;
import io.forebay.fuse.fs.Spool;
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
  private static final ServingOptions SERVING =
      new ServingOptions(
          new Attributes(0, 0, 0, true, false, Duration.ZERO, Duration.ZERO, Duration.ZERO),
          true,
          false,
          0,
          Spool.standard());

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
        Device device = Device.open();
        Journal journal = Journal.create();
        DataSetFileSystem files =
            first(forebay.dataSet(data.toUri().toString()), device, journal)) {
      Random random = new Random(2);
      for (int i = 0; i < 100_000; i++) {
        fill(random);
        reply.clear();
        try {
          files.mayBlock(request);
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

  @Test
  void namesThatWereChangedBeforeTheReplyWasLostAreNotChangedAgain(@TempDir Path directory)
      throws IOException {
    assumeThat(Files.isWritable(Path.of("/dev/fuse"))).as("/dev/fuse can be used").isTrue();
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.createDirectory(data.resolve("there"));
    Files.write(data.resolve("old"), new byte[10]);
    Files.write(data.resolve("from"), new byte[20]);
    try (Forebay forebay = Forebay.embedded(directory.resolve("cache"));
        Device device = Device.open();
        Journal journal = Journal.create()) {
      DataSet dataSet = forebay.dataSet(data.toUri().toString());
      try (DataSetFileSystem before = first(dataSet, device, journal)) {
        for (long number = 100; number < 110; number += 2) {
          assertThat(change(before, number)).as("request %d", number).isEqualTo(errnoOf(number));
        }
      }
      RecoveredState known = RecoveredState.from(journal);
      try (DataSetFileSystem after =
          new DataSetFileSystem(dataSet, SERVING, device, journal, new RequestCounts(), known)) {
        for (long number = 100; number < 110; number += 2) {
          assertThat(change(after, number | 1L << 63))
              .as("request %d again", number)
              .isEqualTo(errnoOf(number));
        }
        // The same once more is another's request: what it wants is no longer there.
        assertThat(change(after, 120)).isEqualTo(Errno.EEXIST);
        assertThat(change(after, 122)).isEqualTo(Errno.ENOENT);
      }
    }
    assertThat(data.resolve("to")).hasSize(20);
    assertThat(data.resolve("old")).doesNotExist();
  }

  /** A directory that is there must not be told to be made, whoever asks again. */
  private static int errnoOf(long number) {
    return number == 108 ? Errno.EEXIST : 0;
  }

  private int change(DataSetFileSystem files, long unique) {
    switch ((int) (unique & 0xff)) {
      case 100, 120 -> ask(Opcode.MKDIR, 1, "\0\0\0\0\0\0\0\0new\0");
      case 102, 122 -> ask(Opcode.UNLINK, 1, "old\0");
      case 104 -> ask(Opcode.RENAME, 1, "\1\0\0\0\0\0\0\0from\0to\0");
      case 106 -> ask(Opcode.MKNOD, 1, "\0\200\0\0\0\0\0\0\0\0\0\0\0\0\0\0node\0");
      default -> ask(Opcode.MKDIR, 1, "\0\0\0\0\0\0\0\0there\0");
    }
    bytes.set(JAVA_LONG_UNALIGNED, 8, unique);
    request.take(bytes.get(JAVA_INT_UNALIGNED, 0));
    try {
      files.handle(request, reply);
      return reply.isError() ? Errno.EEXIST : 0;
    } catch (IOException e) {
      return files.errno(e);
    }
  }

  private static DataSetFileSystem first(DataSet dataSet, Device device, Journal journal) {
    return new DataSetFileSystem(
        dataSet,
        SERVING,
        Profile.PASSTHROUGH,
        device,
        journal,
        new RequestCounts(),
        new Capabilities(45, true, true, true));
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

  /**
   * @param text a byte each character
   */
  private void ask(int opcode, long node, String text) {
    byte[] body = text.getBytes(ISO_8859_1);
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

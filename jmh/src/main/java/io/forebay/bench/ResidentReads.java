package io.forebay.bench;

import io.forebay.DataSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Whole resident files of 100 KB, 4 threads: Forebay beside plain reads of the same tier files. */
final class ResidentReads {

  private static final int FILES = 2_000;
  private static final int BYTES = 100_000;
  private static final int THREADS = 4;

  private ResidentReads() {}

  static void run(int rounds) throws Exception {
    try (Fixture fixture = new Fixture(FILES, BYTES);
        Threads threads = new Threads(THREADS)) {
      DataSet data = fixture.onNode();
      List<String> paths = fixture.paths();
      List<Path> files = fixture.tierFiles();
      ByteBuffer[] buffers = new ByteBuffer[THREADS];
      for (int i = 0; i < THREADS; i++) {
        buffers[i] = ByteBuffer.allocateDirect(BYTES);
      }
      new Race(
              "Resident 100 KB files into a caller's buffer, 4 threads",
              rounds,
              FILES,
              1.0 * FILES * BYTES)
          .yardstick(
              "FileChannel",
              () -> threads.together(t -> each(t, i -> plain(files.get(i), buffers[t]))))
          .contender(
              "DataSet.read(path, buffer)",
              "0.85",
              () ->
                  threads.together(t -> each(t, i -> data.read(paths.get(i), buffers[t].clear()))))
          .run();
      new Race(
              "Resident 100 KB files into a new buffer, 4 threads",
              rounds,
              FILES,
              1.0 * FILES * BYTES)
          .yardstick(
              "Files.readAllBytes",
              () -> threads.together(t -> each(t, i -> Files.readAllBytes(files.get(i)))))
          .contender(
              "DataSet.read(path)",
              "0.85",
              () -> threads.together(t -> each(t, i -> data.read(paths.get(i)))))
          .contender(
              "DataSet.map(path), all bytes touched",
              "",
              () ->
                  threads.together(t -> each(t, i -> touch(data.map(paths.get(i)).orElseThrow()))))
          .run();
    }
  }

  private interface Read {
    void run(int file) throws IOException;
  }

  private static void each(int thread, Read read) throws IOException {
    for (int i = thread; i < FILES; i += THREADS) {
      read.run(i);
    }
  }

  private static void plain(Path file, ByteBuffer buffer) throws IOException {
    buffer.clear();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
    }
  }

  private static void touch(ByteBuffer mapped) {
    long sum = 0;
    while (mapped.remaining() >= Long.BYTES) {
      sum += mapped.getLong();
    }
    if (sum == 42) {
      throw new IllegalStateException("only to keep the JIT from leaving the loop out");
    }
  }
}

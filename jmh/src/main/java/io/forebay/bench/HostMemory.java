package io.forebay.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A virtual machine may give memory that it does not use back to its host (free page reporting),
 * and then pays seconds a gigabyte when it touches it again. That is no property of what is
 * measured, so whoever is going to fill the page cache has the memory there before.
 */
final class HostMemory {

  private static final int PIECE = 8 << 20;

  private HostMemory() {}

  /**
   * Fills as much of the page cache and frees it again. The kernel gives a sixteenth of what is
   * free back every two seconds, so this holds for the next few seconds only.
   */
  static void touch(long bytes) throws IOException {
    Path file = Files.createTempFile("forebay-bench-memory-", "");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
      for (long at = 0; at < bytes; at += PIECE) {
        channel.write(piece.clear(), at);
      }
    } finally {
      Files.delete(file);
    }
  }
}

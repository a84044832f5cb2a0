package io.forebay.store;

import java.io.IOException;
import java.nio.file.Path;
import net.openhft.posix.PosixAPI;

/** Gives back the disk space of part of a file. */
final class Holes {

  // fcntl.h and linux/falloc.h
  private static final int O_WRONLY = 1;
  private static final int PUNCH_HOLE_KEEP_SIZE = 2 | 1;

  private Holes() {}

  /**
   * @throws IOException when file system or platform cannot
   */
  static void punch(Path file, long position, long length) throws IOException {
    try {
      PosixAPI posix = PosixAPI.posix();
      int descriptor = posix.open(file.toString(), O_WRONLY, 0);
      if (descriptor < 0) {
        throw new IOException("cannot open " + file);
      }
      try {
        if (posix.fallocate(descriptor, PUNCH_HOLE_KEEP_SIZE, position, length) != 0) {
          throw new IOException("cannot punch a hole in " + file);
        }
      } finally {
        posix.close(descriptor);
      }
    } catch (RuntimeException | LinkageError e) {
      throw new IOException("cannot punch a hole in " + file + ": " + e.getMessage(), e);
    }
  }
}

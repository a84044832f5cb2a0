package io.forebay.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A virtual machine may give memory that it does not use back to its host (free page reporting),
 * and then pays seconds a gigabyte when it touches it again. That is no property of what is
 * measured, so whoever is going to fill the page cache has it full before, as on a node that has
 * run for a while: then the kernel takes the place of what was read long ago. Not thread-safe.
 */
final class HostMemory implements AutoCloseable {

  private static final int PIECE = 8 << 20;

  /** Pieces that are read between looks at how much is free. */
  private static final int PIECES = 64;

  /** Less than this is no longer taken from what is free. */
  private static final long NOTHING = 64 << 20;

  /** More than anybody fills. */
  private static final long LENGTH = 1L << 40;

  private final RandomAccessFile holes;
  private final byte[] piece = new byte[PIECE];

  HostMemory() throws IOException {
    Path path = Files.createTempFile("forebay-bench-memory-", "");
    holes = new RandomAccessFile(path.toFile(), "rw");
    Files.delete(path); // it is there as long as it is open
    holes.setLength(LENGTH);
  }

  /** Fills what is free with the holes of a file, which take no place on a disk. */
  void fill() throws IOException {
    long before;
    do {
      before = free();
      for (int i = 0; i < PIECES; i++) {
        holes.readFully(piece);
      }
    } while (before - free() > NOTHING);
  }

  /** Waits until nothing that was written has to go to a disk while something else is measured. */
  static void settle() throws IOException, InterruptedException {
    Process sync = new ProcessBuilder("sync").inheritIO().start();
    if (sync.waitFor() != 0) {
      throw new IOException("sync failed");
    }
  }

  private static long free() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getFreeMemorySize();
  }

  @Override
  public void close() throws IOException {
    holes.close();
  }
}

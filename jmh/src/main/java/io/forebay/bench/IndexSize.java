package io.forebay.bench;

import io.forebay.file.FileId;
import io.forebay.metadata.Residency;
import io.forebay.spec.CachePolicy;
import io.forebay.spec.Retain;
import io.forebay.store.NodeStore;
import io.forebay.store.StoreListener;
import io.forebay.store.StoreOptions;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * The memory that the index of ten million resident files takes, and how long reading their log
 * does. The files themselves are not there: nothing looks at them before they are asked for.
 */
final class IndexSize {

  private static final int FILES = 10_000_000;
  private static final int ENTRY_BYTES = 48;
  private static final FileId HEADER = new FileId(0x464f524542415920L, 2);

  private static final StoreListener NOBODY =
      new StoreListener() {
        @Override
        public void resident(FileId id, Residency.Location location) {}

        @Override
        public void gone(FileId id) {}
      };

  private IndexSize() {}

  static void run() throws IOException {
    System.out.printf(Locale.ROOT, "%n### Index of %,d resident files of one block%n%n", FILES);
    System.out.println("| kept by | heap bytes per file | off-heap bytes per file | opened in |");
    System.out.println("|---|---|---|---|");
    for (Retain retain : new Retain[] {Retain.KEEP, Retain.FREQUENCY}) {
      Path directory = Files.createTempDirectory("forebay-bench-index-");
      try {
        measure(directory, retain);
      } finally {
        ConfiguredServer.deleteTree(directory);
      }
    }
  }

  private static void measure(Path directory, Retain retain) throws IOException {
    StoreOptions options = StoreOptions.of(directory, 1L << 50);
    // So that the log is of a machine that was not started since.
    NodeStore.open(options, NOBODY).close();
    writeLog(directory.resolve("index.log"), options.blockBytes());
    long heap = heap();
    // What the store before this one had goes when its cleaners have run.
    for (int i = 0; i < 100 && direct() > 64 << 20; i++) {
      heap = heap();
    }
    long direct = direct();
    long start = System.nanoTime();
    try (NodeStore store = NodeStore.open(options, NOBODY)) {
      double seconds = (System.nanoTime() - start) / 1e9;
      store.configure("d", CachePolicy.DEFAULT.withRetain(retain));
      SplittableRandom ids = new SplittableRandom(7);
      for (int i = 0; i < FILES; i++) {
        store.used(new FileId(ids.nextLong(), ids.nextLong()), 0, 1);
      }
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.1f | %.1f s |%n",
          retain.name().toLowerCase(Locale.ROOT),
          (double) (heap() - heap) / store.fileCount(),
          (double) (direct() - direct) / store.fileCount(),
          seconds);
    }
  }

  /** The format of the store's index log. */
  private static void writeLog(Path log, int blockBytes) throws IOException {
    long dataSet = dataSetHash();
    SplittableRandom ids = new SplittableRandom(7);
    byte[] entry = new byte[ENTRY_BYTES];
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(log), 1 << 20)) {
      write(out, entry, HEADER, 0, blockBytes);
      for (int i = 0; i < FILES; i++) {
        write(out, entry, new FileId(ids.nextLong(), ids.nextLong()), dataSet, 4_000);
      }
    }
  }

  private static void write(OutputStream out, byte[] bytes, FileId id, long dataSet, long length)
      throws IOException {
    ByteBuffer entry = ByteBuffer.wrap(bytes);
    entry.putLong(id.high()).putLong(id.low()).putLong(dataSet).putLong(length);
    entry.putInt(0).putInt(0).putInt(0);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, ENTRY_BYTES - Integer.BYTES);
    entry.putInt((int) crc.getValue());
    out.write(bytes);
  }

  private static long dataSetHash() {
    try {
      return ByteBuffer.wrap(
              java.security.MessageDigest.getInstance("SHA-256")
                  .digest("d".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
          .getLong();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long heap() {
    for (int i = 0; i < 4; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}

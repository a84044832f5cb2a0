package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Shape;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.UnderStore;
import io.forebay.understore.layer.UnderStores;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A mount of a bucket far away with nothing in the cache: the first byte, and a large file. */
final class ColdMount {

  private static final int MILLIS = 25;
  private static final long TOTAL_BYTES = 400_000_000;
  private static final int LARGE_BYTES = 1 << 30;
  private static final int TURNS = 9;
  private static final int WARM_UP_TURNS = 3;

  /** Room for the large file of each turn, and the small ones. */
  private static final long ROOM_BYTES = (WARM_UP_TURNS + TURNS + 1L) * LARGE_BYTES;

  /** What a first turn fills, which does not count. */
  private static final long LITTLE_ROOM_BYTES = 64 << 20;

  private static final int REQUESTS = 24;
  private static final int RANGE_BYTES = 4 << 20;
  private static final int SMALL = 200;
  private static final int WARM_UP = 6000;
  private static final int SMALL_BYTES = 100_000;

  private ColdMount() {}

  static void run() throws Exception {
    Path directory = Files.createTempDirectory("forebay-cold");
    Shape far = new Shape(Duration.ofMillis(MILLIS), 50_000_000, TOTAL_BYTES);
    try {
      Path near = Files.createDirectory(directory.resolve("near"));
      writeSmall(near, WARM_UP);
      // A bridge that has run for a minute is compiled; of files far away that would take several.
      measure(near, Shape.UNSHAPED, ROOM_BYTES, ColdMount::firstBytes);
      Path objects = Files.createDirectory(directory.resolve("far"));
      writeSmall(objects, SMALL);
      writeLarge(objects);
      double[][] firstBytes = measure(objects, far, ROOM_BYTES, ColdMount::firstBytes);
      CReader reader = CReader.compile(directory);
      Race streams = (s, d, root) -> streams(reader, s, root);
      double[][] rates = measure(objects, far, ROOM_BYTES, streams);
      double[][] ratesWhenFull = measure(objects, far, LITTLE_ROOM_BYTES, streams);
      print(firstBytes, rates, ratesWhenFull);
    } finally {
      ConfiguredServer.deleteTree(directory);
    }
  }

  private interface Race {
    double[][] run(UnderStore store, DataSet dataSet, Path root) throws Exception;
  }

  /** Runs a race between a bucket and a new mount of it. */
  private static double[][] measure(Path objects, Shape shape, long quotaBytes, Race race)
      throws Exception {
    Path directory = Files.createTempDirectory("forebay-cold");
    try (OssServer oss =
        OssServer.builder().bucket("bucket", objects).key("id", "secret").shape(shape).start()) {
      Map<String, String> options =
          Map.of(
              "fs.oss.endpoint", oss.endpoint(),
              "fs.oss.accessKeyId", "id",
              "fs.oss.accessKeySecret", "secret");
      Path root = Files.createDirectory(directory.resolve("mnt"));
      Forebay.Builder builder =
          Forebay.builder().embedded(directory.resolve("cache")).quotaBytes(quotaBytes);
      options.forEach(builder::option);
      try (Forebay forebay = builder.open()) {
        DataSet dataSet = forebay.dataSet("oss://bucket");
        try (Mount mount = Mount.open(dataSet, root, MountOptions.parse("mode=passthrough"));
            UnderStore store =
                UnderStores.open(DataSetSpec.of(URI.create("oss://bucket"), options))) {
          return race.run(store, dataSet, mount.point());
        }
      }
    } finally {
      ConfiguredServer.deleteTree(directory);
    }
  }

  /** One file under a name for each turn, for it is to be in memory only once. */
  private static void writeLarge(Path objects) throws IOException {
    Random random = new Random(1);
    byte[] bytes = new byte[1 << 20];
    Path large = objects.resolve("large");
    try (OutputStream out = Files.newOutputStream(large)) {
      for (int at = 0; at < LARGE_BYTES; at += bytes.length) {
        random.nextBytes(bytes);
        out.write(bytes);
      }
    }
    for (int turn = 0; turn < WARM_UP_TURNS + TURNS; turn++) {
      Files.createLink(objects.resolve("large-" + turn), large);
    }
  }

  private static void writeSmall(Path objects, int files) throws IOException {
    Random random = new Random(1);
    byte[] bytes = new byte[SMALL_BYTES];
    Files.createDirectories(objects.resolve("small"));
    for (int i = 0; i < files; i++) {
      random.nextBytes(bytes);
      Files.write(objects.resolve("small/" + i), bytes);
    }
  }

  /** Milliseconds to a file's first byte, by turns: from the store itself, and from the mount. */
  private static double[][] firstBytes(UnderStore store, DataSet dataSet, Path root)
      throws IOException {
    List<FileStatus> files = dataSet.list("small");
    int turns = files.size() / 2;
    double[][] millis = new double[2][turns];
    for (int i = 0; i < turns; i++) {
      FileStatus direct = files.get(2 * i);
      long begun = System.nanoTime();
      try (InputStream in = store.open(direct, 0, direct.size())) {
        in.read();
        millis[0][i] = (System.nanoTime() - begun) / 1e6;
        in.readAllBytes(); // or closing would break the connection, and the next one pay for it
      }
      Path mounted = root.resolve(files.get(2 * i + 1).path());
      Files.size(mounted); // its name is known, as after a listing
      begun = System.nanoTime();
      try (InputStream in = Files.newInputStream(mounted)) {
        in.read();
        millis[1][i] = (System.nanoTime() - begun) / 1e6;
        in.readAllBytes();
      }
    }
    return millis;
  }

  /**
   * Bytes per second of large files, by turns: in order through the mount, and by the store's
   * client alone, which keeps nothing of them. The first turns do not count.
   */
  private static double[][] streams(CReader reader, UnderStore store, Path root) throws Exception {
    double[][] rates = new double[2][TURNS];
    try (HostMemory memory = new HostMemory()) {
      for (int turn = 0; turn < WARM_UP_TURNS + TURNS; turn++) {
        String path = "large-" + turn;
        double direct = readDirectly(store, path);
        Path mounted = root.resolve(path);
        Files.size(mounted);
        HostMemory.settle(); // the copy of the turn before
        memory.fill();
        double seconds = reader.read("seq", mounted, 1 << 20);
        if (turn >= WARM_UP_TURNS) {
          rates[0][turn - WARM_UP_TURNS] = LARGE_BYTES / direct;
          rates[1][turn - WARM_UP_TURNS] = LARGE_BYTES / seconds;
        }
      }
    }
    return rates;
  }

  private static double readDirectly(UnderStore store, String path) throws Exception {
    FileStatus file = store.stat(path);
    long begun = System.nanoTime();
    try (ExecutorService threads = Executors.newFixedThreadPool(REQUESTS)) {
      List<Future<Void>> ranges = new ArrayList<>();
      for (long at = 0; at < LARGE_BYTES; at += RANGE_BYTES) {
        long from = at;
        ranges.add(
            threads.submit(
                () -> {
                  byte[] buffer = new byte[128 << 10];
                  try (InputStream in = store.open(file, from, RANGE_BYTES)) {
                    while (in.read(buffer) >= 0) {}
                  }
                  return null;
                }));
      }
      for (Future<Void> range : ranges) {
        range.get();
      }
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  private static void print(double[][] firstBytes, double[][] rates, double[][] ratesWhenFull) {
    System.out.printf(
        Locale.ROOT,
        "%n### A mount with nothing in the cache, %d ms to the first byte, %d MB/s in total%n%n"
            + "| | measured | asked |%n|---|---|---|%n"
            + "| first byte of a file, from the store itself | %.2f ms | |%n"
            + "| first byte of a file, through the mount | %.2f ms | 1 ms more |%n"
            + "| 1 GiB by the store's client alone, of the bucket's bandwidth, median of %d | %.2f | |%n"
            + "| 1 GiB in order through the mount, of the bucket's bandwidth | %.2f | 0.95 |%n"
            + "| the same with a cache that is full | %.2f | |%n",
        MILLIS,
        TOTAL_BYTES / 1_000_000,
        Quantile.median(firstBytes[0]),
        Quantile.median(firstBytes[1]),
        TURNS,
        Quantile.median(rates[0]) / TOTAL_BYTES,
        Quantile.median(rates[1]) / TOTAL_BYTES,
        Quantile.median(ratesWhenFull[1]) / TOTAL_BYTES);
  }
}

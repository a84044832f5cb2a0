package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.DataSetSpec;
import io.forebay.FileStatus;
import io.forebay.dataset.load.LoadProgress;
import io.forebay.dataset.load.LoadTarget;
import io.forebay.dataset.load.Loader;
import io.forebay.node.NodeDataSet;
import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Shape;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStores;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
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
import java.util.concurrent.atomic.AtomicInteger;

/** Warm-up from a bucket far away: how near it comes to what bucket and latency allow. */
final class WarmUp {

  private static final int MILLIS = 25;
  private static final long TOTAL_BYTES = 400_000_000;
  private static final int REQUESTS = 64;

  /** At 64 this machine's two processors are the limit, which bucket, server and loader share. */
  private static final int[] SMALL_REQUESTS = {32, REQUESTS};

  private static final int LARGE = 32;
  private static final int LARGE_BYTES = 64 << 20;

  /** Of a large file, each read by one request. */
  private static final int RANGES = 4;

  private static final int SMALL = 100_000;
  private static final int SMALL_BYTES = 10_000;

  private WarmUp() {}

  static void run() throws Exception {
    Shape far = new Shape(Duration.ofMillis(MILLIS), 50_000_000, TOTAL_BYTES);
    try (OssServer oss =
        OssServer.builder().bucket("bucket").key("id", "secret").shape(far).start()) {
      byte[] large = new byte[LARGE_BYTES];
      new Random(1).nextBytes(large);
      for (int i = 0; i < LARGE; i++) {
        oss.put("bucket", "large/" + i, large);
      }
      byte[] small = new byte[SMALL_BYTES];
      new Random(2).nextBytes(small);
      for (int i = 0; i < SMALL; i++) {
        oss.put("bucket", "small/" + i / 1_000 + "/" + i, small);
      }
      System.out.printf(
          Locale.ROOT,
          "%n### Warm-up, %d ms to the first byte, %d MB/s in total%n%n",
          MILLIS,
          TOTAL_BYTES / 1_000_000);
      System.out.println("| | requests at a time | seconds | rate | of what is possible | asked |");
      System.out.println("|---|---|---|---|---|---|");
      // Uncounted: the JIT, and memory that the machine has to find first.
      load(oss, "small/1", REQUESTS);
      load(oss, "large", REQUESTS);
      double seconds = readDirectly(oss, REQUESTS, LARGE * RANGES, WarmUp::range);
      System.out.printf(
          Locale.ROOT,
          "| the same, only read, by the store's client alone | %d | %.1f | %.0f MB/s | %.2f | |%n",
          REQUESTS,
          seconds,
          (double) LARGE * LARGE_BYTES / seconds / 1e6,
          (double) LARGE * LARGE_BYTES / seconds / TOTAL_BYTES);
      seconds = load(oss, "large", REQUESTS);
      double rate = (double) LARGE * LARGE_BYTES / seconds;
      System.out.printf(
          Locale.ROOT,
          "| %d files of 64 MiB | %d | %.1f | %.0f MB/s | %.2f | 0.95 |%n",
          LARGE,
          REQUESTS,
          seconds,
          rate / 1e6,
          rate / TOTAL_BYTES);
      for (int requests : SMALL_REQUESTS) {
        seconds = readDirectly(oss, requests, SMALL, WarmUp::smallFile);
        rate = SMALL / seconds;
        System.out.printf(
            Locale.ROOT,
            "| the same, only read, by the store's client alone | %d | %.1f | %,.0f files/s | %.2f"
                + " | |%n",
            requests,
            seconds,
            rate,
            rate / (requests * 1000.0 / MILLIS));
        seconds = load(oss, "small", requests);
        rate = SMALL / seconds;
        System.out.printf(
            Locale.ROOT,
            "| %,d files of 10 KB | %d | %.1f | %,.0f files/s | %.2f | 0.9 |%n",
            SMALL,
            requests,
            seconds,
            rate,
            rate / (requests * 1000.0 / MILLIS));
      }
    }
  }

  /** Opens what one thread reads at a time. */
  private interface Piece {
    InputStream open(UnderStore store, int number) throws IOException;
  }

  private static InputStream smallFile(UnderStore store, int number) throws IOException {
    String path = "small/" + number / 1_000 + "/" + number;
    return store.open(FileStatus.file(path, SMALL_BYTES, 0, ""), 0, SMALL_BYTES);
  }

  private static InputStream range(UnderStore store, int number) throws IOException {
    FileStatus file = FileStatus.file("large/" + number / RANGES, LARGE_BYTES, 0, "");
    int length = LARGE_BYTES / RANGES;
    return store.open(file, (long) (number % RANGES) * length, length);
  }

  /** What bucket and client reach on this machine when nothing is kept. */
  private static double readDirectly(OssServer oss, int requests, int pieces, Piece piece)
      throws Exception {
    DataSetSpec spec =
        DataSetSpec.of(
            URI.create("oss://bucket"),
            Map.of(
                "fs.oss.endpoint", oss.endpoint(),
                "fs.oss.accessKeyId", "id",
                "fs.oss.accessKeySecret", "secret"));
    AtomicInteger next = new AtomicInteger();
    long start = System.nanoTime();
    try (UnderStore store = UnderStores.open(spec);
        ExecutorService threads = Executors.newFixedThreadPool(requests)) {
      List<Future<Void>> readers = new ArrayList<>();
      for (int i = 0; i < requests; i++) {
        readers.add(
            threads.submit(
                () -> {
                  byte[] buffer = new byte[1 << 20];
                  for (int n = next.getAndIncrement(); n < pieces; n = next.getAndIncrement()) {
                    try (InputStream in = piece.open(store, n)) {
                      while (in.read(buffer) >= 0) {}
                    }
                  }
                  return null;
                }));
      }
      for (Future<Void> reader : readers) {
        reader.get();
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static double load(OssServer oss, String path, int requests) throws Exception {
    try (ConfiguredServer server =
        new ConfiguredServer(
            Path.of(System.getProperty("java.io.tmpdir")),
            "quota = 20GiB",
            "dataset.d.root = oss://bucket",
            "dataset.d.limit.requests = " + requests,
            "dataset.d.fs.oss.endpoint = " + oss.endpoint(),
            "dataset.d.fs.oss.accessKeyId = id",
            "dataset.d.fs.oss.accessKeySecret = secret")) {
      DataSet data = server.dataSet("d");
      NodeDataSet node = server.server().node().dataSet("d");
      node.snapshot(Duration.ZERO, n -> {});
      LoadProgress progress = new LoadProgress();
      long start = System.nanoTime();
      new Loader(
              data,
              (at, visitor) ->
                  node.snapshots()
                      .current()
                      .orElseThrow()
                      .forEach(
                          at,
                          entry -> {
                            if (!entry.directory()) {
                              visitor.visit(entry);
                            }
                          }),
              requests)
          .load(List.of(new LoadTarget(path, 1)), progress);
      double seconds = (System.nanoTime() - start) / 1e9;
      LoadProgress.Counts counts = progress.counts();
      if (counts.filesDone() != counts.files()) {
        throw new IOException("not everything was loaded: " + progress.failures());
      }
      return seconds;
    }
  }
}

package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.dataset.load.LoadProgress;
import io.forebay.dataset.load.LoadTarget;
import io.forebay.dataset.load.Loader;
import io.forebay.node.NodeDataSet;
import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Shape;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.UnderStore;
import io.forebay.understore.layer.UnderStores;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

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

  /** In each turn; three of them read about as many as were asked for. */
  private static final int SMALL = 33_000;

  private static final int SMALL_BYTES = 10_000;

  private static final int TURNS = 3;

  private WarmUp() {}

  static void run() throws Exception {
    Shape far = new Shape(Duration.ofMillis(MILLIS), 50_000_000, TOTAL_BYTES);
    try (HostMemory memory = new HostMemory();
        OssServer oss =
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
      System.out.println(
          "| | requests at a time | rate, median | of what is possible, median (all turns) | asked"
              + " |");
      System.out.println("|---|---|---|---|---|");
      // Uncounted: the JIT, and memory that the machine has to find first.
      load(oss, memory, "small/1", REQUESTS);
      load(oss, memory, "large", REQUESTS);
      double megabytes = (double) LARGE * LARGE_BYTES / 1e6;
      compare(
          LARGE + " files of 64 MiB",
          REQUESTS,
          megabytes,
          "MB/s",
          TOTAL_BYTES / 1e6,
          "0.95",
          () -> readDirectly(oss, REQUESTS, LARGE * RANGES, WarmUp::range),
          () -> load(oss, memory, "large", REQUESTS));
      for (int requests : SMALL_REQUESTS) {
        compare(
            "files of 10 KB",
            requests,
            SMALL,
            "files/s",
            requests * 1000.0 / MILLIS,
            "0.9",
            () -> readDirectly(oss, requests, SMALL, WarmUp::smallFile),
            () -> load(oss, memory, "small", requests));
      }
    }
  }

  private interface Turn {
    double seconds() throws Exception;
  }

  /** By turns: what the store's client reads and keeps nothing of, and what is loaded. */
  private static void compare(
      String what,
      int requests,
      double items,
      String unit,
      double possible,
      String asked,
      Turn direct,
      Turn loaded)
      throws Exception {
    double[] directly = new double[TURNS];
    double[] loads = new double[TURNS];
    for (int turn = 0; turn < TURNS; turn++) {
      directly[turn] = items / direct.seconds();
      loads[turn] = items / loaded.seconds();
    }
    print(
        what + ", only read, by the store's client alone", requests, directly, unit, possible, "");
    print(what + ", loaded", requests, loads, unit, possible, asked);
  }

  private static void print(
      String what, int requests, double[] rates, String unit, double possible, String asked) {
    double median = Quantile.median(rates);
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %,.0f %s | %.2f (%s) | %s |%n",
        what,
        requests,
        median,
        unit,
        median / possible,
        Arrays.stream(rates)
            .mapToObj(rate -> String.format(Locale.ROOT, "%.2f", rate / possible))
            .collect(Collectors.joining(", ")),
        asked);
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

  private static double load(OssServer oss, HostMemory memory, String path, int requests)
      throws Exception {
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
      node.snapshotForAll(n -> {});
      LoadProgress progress = new LoadProgress();
      memory.fill();
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

package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.dataset.load.LoadProgress;
import io.forebay.dataset.load.LoadTarget;
import io.forebay.dataset.load.Loader;
import io.forebay.node.NodeDataSet;
import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Warm-up from a bucket far away: how near it comes to what bucket and latency allow. */
final class WarmUp {

  private static final int MILLIS = 25;
  private static final long TOTAL_BYTES = 400_000_000;
  private static final int REQUESTS = 64;

  private static final int LARGE = 32;
  private static final int LARGE_BYTES = 64 << 20;
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
          "%n### Warm-up, %d ms to the first byte, %d MB/s in total, %d requests at a time%n%n",
          MILLIS,
          TOTAL_BYTES / 1_000_000,
          REQUESTS);
      System.out.println("| | seconds | rate | of what is possible | asked |");
      System.out.println("|---|---|---|---|---|");
      // Uncounted: the JIT, and memory that the machine has to find first.
      load(oss, "small/1");
      load(oss, "large");
      double seconds = load(oss, "large");
      double rate = (double) LARGE * LARGE_BYTES / seconds;
      System.out.printf(
          Locale.ROOT,
          "| %d files of 64 MiB | %.1f | %.0f MB/s | %.2f | 0.95 |%n",
          LARGE,
          seconds,
          rate / 1e6,
          rate / TOTAL_BYTES);
      seconds = load(oss, "small");
      rate = SMALL / seconds;
      System.out.printf(
          Locale.ROOT,
          "| %,d files of 10 KB | %.1f | %,.0f files/s | %.2f | 0.9 |%n",
          SMALL,
          seconds,
          rate,
          rate / (REQUESTS * 1000.0 / MILLIS));
    }
  }

  private static double load(OssServer oss, String path) throws Exception {
    try (ConfiguredServer server =
        new ConfiguredServer(
            Path.of(System.getProperty("java.io.tmpdir")),
            "quota = 20GiB",
            "dataset.d.root = oss://bucket",
            "dataset.d.limit.requests = " + REQUESTS,
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
              REQUESTS)
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

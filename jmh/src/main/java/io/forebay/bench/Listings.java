package io.forebay.bench;

import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Shape;
import io.forebay.snapshot.SnapshotBuilder;
import io.forebay.snapshot.SnapshotInfo;
import io.forebay.spec.DataSetSpec;
import io.forebay.understore.KeyListing;
import io.forebay.understore.TreeListing;
import io.forebay.understore.UnderStore;
import io.forebay.understore.layer.UnderStores;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Lists a million objects of a bucket far away: page after page, and by key ranges. */
final class Listings {

  private static final int DIRECTORIES = 10_000;
  private static final int FILES = 100;
  private static final int ROUNDS = 3;

  /** Uncounted: the JIT takes as much of the processors as the listing at first. */
  private static final int WARM_UPS = 3;

  private static final int WIDTH = 64;

  private Listings() {}

  static void run() throws Exception {
    Shape far = new Shape(Duration.ofMillis(25), 50_000_000, 400_000_000);
    try (OssServer oss =
        OssServer.builder().bucket("bucket").key("id", "secret").shape(far).start()) {
      for (int d = 0; d < DIRECTORIES; d++) {
        for (int f = 0; f < FILES; f++) {
          byte[] content = ByteBuffer.allocate(8).putInt(d).putInt(f).array();
          oss.put("bucket", path(d, f), content);
        }
      }
      DataSetSpec spec =
          new DataSetSpec(
              "d",
              URI.create("oss://bucket"),
              Map.of(
                  "fs.oss.endpoint", oss.endpoint(),
                  "fs.oss.accessKeyId", "id",
                  "fs.oss.accessKeySecret", "secret"));
      Path directory = Files.createTempDirectory("forebay-bench-");
      try (UnderStore store = UnderStores.open(spec)) {
        table(oss, store, directory);
      } finally {
        ConfiguredServer.deleteTree(directory);
      }
    }
  }

  private static String path(int directory, int file) {
    return String.format(
        Locale.ROOT, "train/n%08d/n%08d_%d.JPEG", directory * 37, directory * 37, file * 131);
  }

  private static void table(OssServer oss, UnderStore store, Path directory) throws IOException {
    double[] serial = new double[ROUNDS];
    double[] ranges = new double[ROUNDS];
    List<Double> ratios = new ArrayList<>();
    long serialRequests = 0;
    long rangeRequests = 0;
    for (int i = 0; i < WARM_UPS; i++) {
      new SnapshotBuilder(store, WIDTH, n -> {}).build(directory.resolve("warm"));
    }
    for (int round = 0; round < ROUNDS; round++) {
      long before = oss.traffic().counts().total();
      long start = System.nanoTime();
      long count = 0;
      KeyListing keys = store.keys().orElseThrow();
      KeyListing.Page page;
      String after = "";
      do {
        page = keys.list(after);
        count += page.files().size();
        after = page.last();
      } while (page.more());
      serial[round] = (System.nanoTime() - start) / 1e9;
      serialRequests = oss.traffic().counts().total() - before;

      before = oss.traffic().counts().total();
      start = System.nanoTime();
      SnapshotInfo info =
          new SnapshotBuilder(store, WIDTH, n -> {}).build(directory.resolve("s" + round));
      ranges[round] = (System.nanoTime() - start) / 1e9;
      rangeRequests = oss.traffic().counts().total() - before;
      if (info.files() != count || count != (long) DIRECTORIES * FILES) {
        throw new IllegalStateException("found " + info.files() + " and " + count + " files");
      }
      ratios.add(serial[round] / ranges[round]);
    }
    ratios.sort(null);
    System.out.printf(
        Locale.ROOT,
        "%n### Listing %,d objects in %,d directories, 25 ms a page of 1,000 (%d rounds)%n%n",
        DIRECTORIES * FILES,
        DIRECTORIES,
        ROUNDS);
    System.out.println("| | seconds, median | requests | speed-up, median | asked |");
    System.out.println("|---|---|---|---|---|");
    System.out.printf(
        Locale.ROOT,
        "| page after page | %.1f | %,d | 1 | |%n",
        Quantile.median(serial),
        serialRequests);
    System.out.printf(
        Locale.ROOT,
        "| by key ranges, %d at a time, into a snapshot file | %.1f | %,d | %.1f | 10 |%n",
        WIDTH,
        Quantile.median(ranges),
        rangeRequests,
        ratios.get(ROUNDS / 2));
    long before = oss.traffic().counts().total();
    long start = System.nanoTime();
    ExecutorService alone = Executors.newSingleThreadExecutor();
    try {
      TreeListing.walk(d -> TreeListing.list(store, d), "", alone, 1);
    } finally {
      alone.shutdown();
    }
    double walk = (System.nanoTime() - start) / 1e9;
    long walkRequests = oss.traffic().counts().total() - before;
    System.out.printf(
        Locale.ROOT,
        "| directory after directory (once) | %.1f | %,d | %.2f | |%n",
        walk,
        walkRequests,
        Quantile.median(serial) / walk);
    System.out.printf(
        Locale.ROOT,
        "%nBeside directory after directory, key ranges are %.0f times as fast.%n",
        walk / Quantile.median(ranges));
  }
}

package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.samples.oss.OssServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What a training job that reads every file once per epoch, in a new random order each time,
 * fetches from the store, for caches of several sizes; and how often a cold epoch of eight readers
 * asks for each object.
 */
final class EpochTraffic {

  private static final int FILES = 2_000;
  private static final int BYTES = 64 << 10;
  private static final int EPOCHS = 5;
  private static final int READERS = 8;
  private static final double[] SHARES = {0.10, 0.25, 0.50, 0.75, 0.90};

  private EpochTraffic() {}

  static void run() throws Exception {
    try (OssServer oss = OssServer.builder().bucket("bucket").key("id", "secret").start()) {
      byte[] content = new byte[BYTES];
      Random random = new Random(1);
      List<String> paths = new ArrayList<>();
      for (int i = 0; i < FILES; i++) {
        random.nextBytes(content);
        paths.add("f" + i);
        oss.put("bucket", "f" + i, content.clone());
      }
      System.out.printf(
          Locale.ROOT,
          "%n### One job in epochs, %,d files of 64 KiB, real server and reads (epochs 2 to %d)%n%n",
          FILES,
          EPOCHS);
      System.out.println(
          "| cache | fetched per epoch / (data set - cache) | asked | LRU would | most used / quota |");
      System.out.println("|---|---|---|---|---|");
      for (double share : SHARES) {
        row(oss, paths, share);
      }
      coldEpoch(oss, paths);
    }
  }

  /** A server over the bucket. */
  static String[] settings(OssServer oss, long quota) {
    return new String[] {
      "quota = " + quota,
      "dataset.d.root = oss://bucket",
      "dataset.d.fs.oss.endpoint = " + oss.endpoint(),
      "dataset.d.fs.oss.accessKeyId = id",
      "dataset.d.fs.oss.accessKeySecret = secret"
    };
  }

  private static void row(OssServer oss, List<String> paths, double share) throws Exception {
    long dataSet = (long) FILES * BYTES;
    long quota = Math.round(share * FILES) * BYTES;
    try (ConfiguredServer server =
        new ConfiguredServer(Path.of(System.getProperty("java.io.tmpdir")), settings(oss, quota))) {
      DataSet data = server.dataSet("d");
      List<String> order = new ArrayList<>(paths);
      long before = 0;
      long most = 0;
      for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        if (epoch == 2) {
          before = oss.traffic().counts().objectBytes();
        }
        Collections.shuffle(order, new Random(epoch));
        for (String path : order) {
          data.read(path);
        }
        most = Math.max(most, server.server().node().store().usedBytes());
      }
      double fetched = (double) (oss.traffic().counts().objectBytes() - before) / (EPOCHS - 1);
      System.out.printf(
          Locale.ROOT,
          "| %.0f %% | %.3f | at most 1.01 | %.2f | %.3f |%n",
          share * 100,
          fetched / (dataSet - quota),
          1 - Math.log(1 - share), // its hit ratio is c + (1-c) ln(1-c)
          (double) most / quota);
    }
  }

  private static void coldEpoch(OssServer oss, List<String> paths) throws Exception {
    try (ConfiguredServer server =
            new ConfiguredServer(
                Path.of(System.getProperty("java.io.tmpdir")), settings(oss, 1L << 30));
        Threads threads = new Threads(READERS)) {
      DataSet data = server.dataSet("d");
      long before = oss.traffic().counts().of("GET");
      threads.together(
          reader -> {
            List<String> order = new ArrayList<>(paths);
            Collections.shuffle(order, new Random(reader / 2)); // pairs race for the same files
            for (String path : order) {
              data.read(path);
            }
          });
      System.out.printf(
          Locale.ROOT,
          "%nA cold epoch of %d readers: %.4f requests per object (asked: exactly 1).%n",
          READERS,
          (double) (oss.traffic().counts().of("GET") - before) / FILES);
    }
  }
}

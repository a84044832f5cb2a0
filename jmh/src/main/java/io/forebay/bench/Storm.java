package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.store.StoreStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A reader of resident files while, in the same server, another data set streams through the cache:
 * files come, move down a tier and are evicted all the time.
 */
final class Storm {

  private static final int FILES = 1_000;
  private static final int BYTES = 100_000;
  private static final int PASSING = 3_000;

  /** Files of the passing data set that come per second. */
  private static final int RATE = 300;

  private Storm() {}

  static void run(int rounds) throws Exception {
    Path tmp = Path.of(System.getProperty("java.io.tmpdir"));
    Path root = Files.createTempDirectory(tmp, "forebay-bench-files-");
    try {
      List<String> resident = write(root.resolve("resident"), FILES);
      List<String> passing = write(root.resolve("passing"), PASSING);
      try (ConfiguredServer server =
          new ConfiguredServer(
              tmp,
              "tier.0.mediumtype = SSD",
              "tier.0.path = " + root.resolve("fast"),
              "tier.0.quota = 160MB",
              "tier.0.high = 0.9",
              "tier.0.low = 0.85",
              "tier.1.mediumtype = HDD",
              "tier.1.path = " + root.resolve("slow"),
              "tier.1.quota = 60MB",
              "tier.1.high = 0.9",
              "tier.1.low = 0.8",
              "dataset.resident.root = " + root.resolve("resident").toUri(),
              "dataset.resident.cache.retain = keep",
              "dataset.passing.root = " + root.resolve("passing").toUri(),
              "dataset.passing.cache.retain = frequency")) {
        race(rounds, server, root, resident, passing);
      }
    } finally {
      ConfiguredServer.deleteTree(root);
    }
  }

  private static List<String> write(Path directory, int count) throws IOException {
    Files.createDirectories(directory);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add("f" + i);
      Files.write(directory.resolve("f" + i), new byte[BYTES]);
    }
    return names;
  }

  private static void race(
      int rounds, ConfiguredServer server, Path root, List<String> resident, List<String> passing)
      throws Exception {
    DataSet data = server.dataSet("resident");
    ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
    for (String path : resident) {
      data.read(path, buffer.clear());
    }
    Race.Lap lap =
        () -> {
          for (int pass = 0; pass < 5; pass++) {
            for (String path : resident) {
              data.read(path, buffer.clear());
            }
          }
        };
    StoreStatus before = server.server().node().store().status();
    DataSet stormy = server.dataSet("passing");
    try (Stream stream = new Stream(i -> stormy.prefetch(List.of(passing.get(i))));
        Stream copies = new Stream(new Copies(root, passing))) {
      new Race(
              "Resident 100 KB files, 1 thread, while another data set streams through",
              rounds,
              5.0 * FILES,
              5.0 * FILES * BYTES)
          .yardstick(
              "nothing else",
              () -> {
                stream.run(false);
                lap.run();
              })
          .contender(
              "storm of fills, moves and evictions",
              "0.90",
              () -> {
                stream.run(true);
                lap.run();
              })
          .contender(
              "as many plain files read, written twice and deleted",
              "",
              () -> {
                stream.run(false);
                copies.run(true);
                lap.run();
                copies.run(false);
              })
          .run();
    }
    StoreStatus after = server.server().node().store().status();
    System.out.printf(
        Locale.ROOT,
        "%nMeanwhile %,d files moved down, %,d up, %,d were evicted.%n",
        after.movedDown() - before.movedDown(),
        after.movedUp() - before.movedUp(),
        after.usages().stream().mapToLong(s -> s.evictions()).sum()
            - before.usages().stream().mapToLong(s -> s.evictions()).sum());
  }

  private interface Step {
    void run(int file) throws IOException;
  }

  /** What a file costs that comes, moves and leaves, without a cache. */
  private record Copies(Path root, List<String> passing) implements Step {

    @Override
    public void run(int file) throws IOException {
      byte[] bytes = Files.readAllBytes(root.resolve("passing").resolve(passing.get(file)));
      Path first = root.resolve("copy-1");
      Path second = root.resolve("copy-2");
      Files.write(first, bytes);
      Files.write(second, Files.readAllBytes(first));
      Files.delete(first);
      Files.delete(second);
    }
  }

  /** Takes one file after the other at a steady rate, when it is told to. */
  private static final class Stream implements AutoCloseable {

    private final Thread thread;
    private volatile boolean running;
    private volatile boolean closing;

    Stream(Step step) {
      thread =
          new Thread(
              () -> {
                try {
                  for (int i = 0; !closing; i = running ? (i + 1) % PASSING : i) {
                    TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(1) / RATE);
                    if (running) {
                      step.run(i);
                    }
                  }
                } catch (IOException | InterruptedException e) {
                  System.out.println("the storm ended: " + e);
                }
              });
      thread.start();
    }

    void run(boolean now) {
      running = now;
    }

    @Override
    public void close() throws InterruptedException {
      closing = true;
      thread.join();
    }
  }
}

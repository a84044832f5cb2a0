package io.forebay.bench;

import io.forebay.cli.ForebayCommand;
import io.forebay.metadata.SharedMaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

/**
 * A mount whose bridge is killed at random moments while four threads open and read in it: how long
 * anybody waits. Each byte is compared.
 */
final class MountKills {

  private static final int FILES = 300;
  private static final int READERS = 4;
  private static final int LATEST_MILLIS = 1_000;

  /** Between the mount and the load; the keeper gets ready for a kill meanwhile. */
  private static final int IDLE_SECONDS = 15;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path root;
  private final byte[][] contents = new byte[FILES][];

  /** What each reader waited at most for a read. */
  private final AtomicLongArray longest = new AtomicLongArray(READERS);

  private final AtomicLongArray done = new AtomicLongArray(READERS);
  private volatile boolean over;

  private MountKills(Path root) {
    this.root = root;
  }

  static void run(int kills) throws Exception {
    Path directory = Files.createTempDirectory("forebay-kills");
    try {
      Path root = Files.createDirectory(directory.resolve("mnt"));
      new MountKills(root).run(directory, kills);
    } finally {
      ConfiguredServer.deleteTree(directory);
    }
  }

  private void run(Path directory, int kills) throws Exception {
    Path data = Files.createDirectory(directory.resolve("data"));
    Random random = new Random(1);
    for (int i = 0; i < FILES; i++) {
      contents[i] = new byte[50_000 + random.nextInt(100_000)];
      random.nextBytes(contents[i]);
      Files.createDirectories(data.resolve("d" + i % 10));
      Files.write(data.resolve("d" + i % 10 + "/f" + i), contents[i]);
    }
    try (ConfiguredServer server =
        new ConfiguredServer(
            directory, "quota = 1GiB", "dataset.d.root = " + data.toUri().toString())) {
      server.server().node().dataSet("d").snapshotForAll(n -> {});
      Process keeper = mount(server.nodeDirectory());
      try {
        await(() -> Files.exists(root.resolve("d0")));
        TimeUnit.SECONDS.sleep(IDLE_SECONDS);
        long[] pauses = killUnderLoad(keeper, kills, random);
        print(pauses, keeper);
      } finally {
        keeper.destroy();
        keeper.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    }
  }

  private Process mount(Path node) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(SharedMaps.JVM_FLAGS.split(" ", -1)));
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx192m", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-DFOREBAY_LOG_LEVEL=error"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ForebayCommand.class.getName(), "mount", "--node", node.toString()));
    // Names are asked for each time, so that each read needs the bridge.
    command.addAll(List.of("-o", "mode=passthrough,entry_timeout=0,attr_timeout=0"));
    command.addAll(List.of("d", root.toString()));
    return new ProcessBuilder(command).inheritIO().start();
  }

  private long[] killUnderLoad(Process keeper, int kills, Random random) throws Exception {
    long[] pauses = new long[kills];
    try (ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
      List<Future<Void>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        int reader = i;
        readers.add(threads.submit(() -> read(reader)));
      }
      try {
        for (int i = 0; i < kills; i++) {
          awaitReads(readers);
          TimeUnit.MILLISECONDS.sleep(random.nextInt(LATEST_MILLIS));
          for (int reader = 0; reader < READERS; reader++) {
            longest.set(reader, 0);
          }
          bridges(keeper).getFirst().destroyForcibly();
          awaitReads(readers);
          for (int reader = 0; reader < READERS; reader++) {
            pauses[i] = Math.max(pauses[i], longest.get(reader));
          }
        }
      } finally {
        over = true;
      }
      for (Future<Void> reader : readers) {
        reader.get(); // fails for a failed read, and for a wrong byte
      }
    }
    return pauses;
  }

  /** Until each reader has come back twice. */
  private void awaitReads(List<Future<Void>> readers) throws Exception {
    for (int i = 0; i < READERS; i++) {
      int reader = i;
      long before = done.get(reader);
      await(() -> done.get(reader) >= before + 2 || readers.get(reader).isDone());
    }
  }

  private Void read(int reader) throws IOException {
    Random random = new Random(reader);
    while (!over) {
      int file = random.nextInt(FILES);
      long began = System.nanoTime();
      byte[] bytes = Files.readAllBytes(root.resolve("d" + file % 10 + "/f" + file));
      long waited = System.nanoTime() - began;
      longest.accumulateAndGet(reader, waited, Math::max);
      if (!Arrays.equals(bytes, contents[file])) {
        throw new IOException("wrong bytes in file " + file);
      }
      done.incrementAndGet(reader);
    }
    return null;
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new IOException("waited for too long");
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  /** The keeper's processes: that which serves, and the next one. */
  private static List<ProcessHandle> bridges(Process keeper) {
    return keeper
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("java"))
        .sorted(Comparator.comparing(child -> child.info().startInstant().orElseThrow()))
        .toList();
  }

  private void print(long[] pauses, Process keeper) throws IOException {
    double[] millis = Arrays.stream(pauses).mapToDouble(nanos -> nanos / 1e6).sorted().toArray();
    long reads = 0;
    for (int i = 0; i < READERS; i++) {
      reads += done.get(i);
    }
    System.out.printf(
        Locale.ROOT,
        "%n### A mount whose bridge is killed %d times under load%n%n"
            + "| reads | failed or wrong | longest wait after a kill: median | 90 %% | worst | asked"
            + " | memory of keeper, bridge, next bridge |%n|---|---|---|---|---|---|---|%n"
            + "| %,d | 0 | %.0f ms | %.0f ms | %.0f ms | 1 s | %d MB, %d MB, %d MB |%n",
        pauses.length,
        reads,
        Quantile.median(millis),
        millis[millis.length * 9 / 10],
        millis[millis.length - 1],
        residentMegabytes(keeper.toHandle()),
        residentMegabytes(bridges(keeper).getFirst()),
        residentMegabytes(bridges(keeper).getLast()));
  }

  private static long residentMegabytes(ProcessHandle process) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1000)
          .findFirst()
          .orElse(0);
    }
  }
}

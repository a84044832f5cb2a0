package io.forebay.bench;

import io.forebay.FileStatus;
import io.forebay.metadata.OwnedMaps;
import io.forebay.metadata.SharedMaps;
import io.forebay.snapshot.Snapshot;
import io.forebay.snapshot.SnapshotBuilder;
import io.forebay.understore.KeyListing;
import io.forebay.understore.ListingPage;
import io.forebay.understore.UnderStore;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A snapshot of ten million files: building it in a JVM with 1 GiB of heap, what it takes on disk
 * and in the shared map, and looking things up from another process.
 */
final class Snapshots {

  private static final int DIRECTORIES = 10_000;
  private static final int FILES = 1_000;
  private static final long TOTAL = (long) DIRECTORIES * FILES;
  private static final int WIDE = 10_000;
  private static final int PAGE = 1_000;

  private Snapshots() {}

  /** Runs a part in this process, when it is another one's child. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "build" -> build(directory);
      case "look" -> look(directory, arguments[2]);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  static void run() throws Exception {
    Path directory = Files.createTempDirectory("forebay-bench-");
    try {
      System.out.printf(Locale.ROOT, "%n### A snapshot of %,d files%n%n", TOTAL);
      System.out.println("| | measured | asked |");
      System.out.println("|---|---|---|");
      child(directory, "-Xmx1g", "build", directory.toString());
      Path file = directory.resolve("snapshot");
      System.out.printf(
          Locale.ROOT,
          "| snapshot file, bytes an entry | %.1f | 40 |%n",
          (double) Files.size(file) / (TOTAL + WIDE));
      publish(directory, file);
    } finally {
      ConfiguredServer.deleteTree(directory);
    }
  }

  private static void publish(Path directory, Path file) throws Exception {
    Path mapDirectory = directory.resolve("maps");
    OwnedMaps maps = new OwnedMaps(mapDirectory, Long.MAX_VALUE, to -> {}, without -> {});
    try (Snapshot snapshot = Snapshot.open(file)) {
      maps.open();
      maps.await(60_000);
      // Uncounted: the JIT, and memory that the machine has to find first.
      maps.replace("warm", visitor -> snapshot.forEach("train/n00000000", visitor::visit), 1_000);
      long start = System.nanoTime();
      maps.replace("d", visitor -> snapshot.forEach(visitor::visit), snapshot.info().files());
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "| into the map, entries/s | %,.0f | 200,000 |%n",
          snapshot.info().files() / seconds);
      long bytes = allocated(mapDirectory);
      System.out.printf(
          Locale.ROOT,
          "| map on disk, bytes an entry | %.0f | 200 |%n",
          (double) bytes / snapshot.info().files());
      child(
          directory, "-Xmx512m", "look", mapDirectory.toString(), maps.generation().orElseThrow());
    } finally {
      maps.close();
    }
  }

  /** By {@code du}, for Java does not tell the blocks of a sparse file. */
  private static long allocated(Path mapDirectory) throws IOException, InterruptedException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(mapDirectory)) {
      for (Path map : (Iterable<Path>) files::iterator) {
        if (map.getFileName().toString().startsWith("namespace.")) {
          Process du = new ProcessBuilder("du", "--block-size=1", map.toString()).start();
          String printed =
              new String(
                  du.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
          du.waitFor();
          bytes += Long.parseLong(printed.split("\\s", 2)[0]);
        }
      }
    }
    return bytes;
  }

  private static void child(Path directory, String heap, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(a -> !a.startsWith("-Xmx"))
            .toList());
    command.addAll(
        List.of(heap, "-cp", System.getProperty("java.class.path"), Snapshots.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .directory(directory.toFile())
            .start();
    if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IllegalStateException("the child process failed");
    }
  }

  // What children do.

  private static void build(Path directory) throws IOException {
    long start = System.nanoTime();
    new SnapshotBuilder(new Synthetic(), 8, n -> {}).build(directory.resolve("snapshot"));
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "| built with %,d MiB of heap, seconds | %.0f | under 1 GiB |%n",
        Runtime.getRuntime().maxMemory() >> 20,
        seconds);
  }

  private static void look(Path mapDirectory, String generation) throws IOException {
    SharedMaps maps = SharedMaps.open(mapDirectory, generation);
    SplittableRandom random = new SplittableRandom(7);
    long[] nanos = new long[200_000];
    for (int pass = 0; pass < 3; pass++) {
      for (int i = 0; i < nanos.length; i++) {
        String path = path(random.nextInt(DIRECTORIES), random.nextInt(FILES));
        long start = System.nanoTime();
        FileStatus found = maps.namespace().stat("d", path).orElseThrow();
        nanos[i] = System.nanoTime() - start;
        if (found.size() < 0) {
          throw new IllegalStateException();
        }
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "| stat from a second process, us: median (99 %%) | %.2f (%.2f) | 2 |%n",
        nanos[nanos.length / 2] / 1e3,
        nanos[nanos.length * 99 / 100] / 1e3);
    double[] millis = new double[51];
    for (int i = 0; i < millis.length; i++) {
      long start = System.nanoTime();
      if (maps.namespace().list("d", "wide").orElseThrow().size() != WIDE) {
        throw new IllegalStateException();
      }
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "| list a directory of %,d files, ms, median | %.1f | 10 |%n",
        WIDE,
        millis[millis.length / 2]);
    maps.close();
  }

  private static String path(int directory, int file) {
    return String.format(
        Locale.ROOT, "train/n%08d/n%08d_%05d.JPEG", directory * 37, directory * 37, file * 13);
  }

  /** A bucket whose listing is made up as it is asked for. */
  private static final class Synthetic implements UnderStore {

    @Override
    public Optional<KeyListing> keys() {
      return Optional.of(this::page);
    }

    private KeyListing.Page page(String after) {
      List<FileStatus> files = new ArrayList<>(PAGE);
      long index = after.isEmpty() ? 0 : firstAfter(after);
      for (; index < TOTAL + WIDE && files.size() < PAGE; index++) {
        files.add(file(index));
      }
      return new KeyListing.Page(
          files,
          List.of(),
          files.isEmpty() ? after : files.get(files.size() - 1).path(),
          index < TOTAL + WIDE);
    }

    private static long firstAfter(String after) {
      long low = 0;
      long high = TOTAL + WIDE;
      while (low < high) {
        long middle = (low + high) >>> 1;
        if (name(middle).compareTo(after) <= 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    private static String name(long index) {
      return index < TOTAL
          ? path((int) (index / FILES), (int) (index % FILES))
          : String.format(Locale.ROOT, "wide/img_%06d.jpeg", index - TOTAL);
    }

    private static FileStatus file(long index) {
      SplittableRandom random = new SplittableRandom(index);
      byte[] etag = new byte[16];
      random.nextBytes(etag);
      return FileStatus.file(
          name(index),
          20_000 + random.nextInt(200_000),
          1_700_000_000_000L + index * 1_000,
          HexFormat.of().withUpperCase().formatHex(etag));
    }

    @Override
    public FileStatus stat(String path) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ListingPage list(String directory, String continuation) {
      throw new UnsupportedOperationException();
    }

    @Override
    public InputStream open(FileStatus file, long offset, long length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileStatus put(String path, InputStream content, long length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void delete(String path) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void makeDirectory(String path) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void removeDirectory(String path) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}

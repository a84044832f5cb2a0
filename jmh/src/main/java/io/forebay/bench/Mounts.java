package io.forebay.bench;

import com.sun.management.OperatingSystemMXBean;
import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.control.CacheControl;
import io.forebay.fuse.fs.Profile;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import io.forebay.fuse.protocol.Opcode;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A mount beside the file system that its cache is on: the same C reader on both, by turns, and of
 * the same files: without the mount, those of the cache are read under other names, for where a
 * file's pages lie in a virtual machine's memory makes more of a difference than what reads them.
 * Requests are counted in the bridge, so they are exact; CPU time is that of this process, which
 * holds the bridge and the cache server.
 */
final class Mounts {

  private static final int SMALL = 10_000;
  private static final int DIRECTORIES = 100;
  private static final long LARGE_BYTES = 1L << 30;
  private static final int TREE_FILES = 100_000;
  private static final int TREE_DIRECTORIES = 1_000;

  /** Rounds before the first that counts: for so long the JVM compiles, on the same processors. */
  private static final int WARM_UP = 4;

  private static final long SETTLED_MILLIS = 200;

  /**
   * @param fresh whether it begins with a new mount
   * @param listed whether names were listed before, as trainers do to know what there is
   */
  private record Test(
      String name,
      long operations,
      String asked,
      boolean fresh,
      boolean listed,
      Profile profile,
      Reading reading) {}

  private interface Reading {
    double seconds(Path root, int round) throws Exception;
  }

  private static final class Result {
    private final double[] nativeSeconds;
    private final double[] mountSeconds;
    private long requests;
    private long cpuNanos;

    Result(int rounds) {
      nativeSeconds = new double[rounds];
      mountSeconds = new double[rounds];
    }
  }

  private final Path directory;
  private final Path data;
  private final Path plain;
  private final CReader reader;
  private final int rounds;
  private final List<String> small = new ArrayList<>();
  private Mount mount;

  private Mounts(Path directory, CReader reader, int rounds) {
    this.directory = directory;
    this.data = directory.resolve("data");
    this.plain = directory.resolve("plain");
    this.reader = reader;
    this.rounds = rounds;
  }

  /**
   * @param only what the names of the rows have in them
   */
  static void run(int rounds, String only) throws Exception {
    Path directory = Files.createTempDirectory("forebay-mounts");
    try {
      new Mounts(directory, CReader.compile(directory), rounds).run(only);
    } finally {
      ConfiguredServer.deleteTree(directory);
    }
  }

  private void run(String only) throws Exception {
    write();
    try (ConfiguredServer server =
        new ConfiguredServer(
            directory, "quota = 8GiB", "dataset.d.root = " + data.toUri().toString())) {
      server.server().node().dataSet("d").snapshotForAll(n -> {});
      DataSet dataSet = server.dataSet("d");
      List<FileStatus> resident = new ArrayList<>(dataSet.walk("small"));
      resident.add(dataSet.stat("large"));
      load(dataSet, resident);
      link(dataSet, resident);
      readFromDisk(resident);
      Path root = Files.createDirectory(directory.resolve("mnt"));
      List<Test> tests = tests().stream().filter(test -> test.name.contains(only)).toList();
      Map<Test, Result> results = new LinkedHashMap<>();
      try {
        for (int round = -WARM_UP; round < rounds; round++) {
          for (Test test : tests) {
            Result result = results.computeIfAbsent(test, t -> new Result(rounds));
            one(test, result, dataSet, root, round);
          }
        }
      } finally {
        if (mount != null) {
          mount.close();
        }
      }
      print(results);
    }
  }

  private void one(Test test, Result result, DataSet dataSet, Path root, int round)
      throws Exception {
    if (test.fresh || mount == null) {
      if (mount != null) {
        mount.close();
      }
      mount = Mount.open(dataSet, root, MountOptions.parse("mode=" + test.profile.option()));
      if (test.listed) {
        reader.read("tree", root.resolve("small"));
        settle(root);
      }
    }
    double nativeSeconds = round % 2 == 0 ? test.reading.seconds(plain, round) : 0;
    long requests = requests();
    long cpu = cpuNanos();
    double mountSeconds = test.reading.seconds(root, round);
    cpu = cpuNanos() - cpu;
    requests = requests() - requests;
    if (round % 2 != 0) {
      nativeSeconds = test.reading.seconds(plain, round);
    }
    if (round >= 0) {
      result.nativeSeconds[round] = nativeSeconds;
      result.mountSeconds[round] = mountSeconds;
      result.requests += requests;
      result.cpuNanos += cpu;
    }
  }

  /** Waits until what is listed has been got ready, as it is while a trainer loads its model. */
  private static void settle(Path root) throws IOException, InterruptedException {
    List<String> before = List.of();
    for (List<String> now = ready(root); !now.equals(before); now = ready(root)) {
      before = now;
      TimeUnit.MILLISECONDS.sleep(SETTLED_MILLIS);
    }
  }

  private static List<String> ready(Path root) throws IOException {
    return Files.readAllLines(root.resolve(".forebay/stats")).stream()
        .filter(line -> line.startsWith("backing_files ") || line.startsWith("pushed "))
        .toList();
  }

  private List<Test> tests() {
    List<Test> tests = new ArrayList<>();
    for (int threads : new int[] {4, 1}) {
      boolean many = threads == 4;
      String of = many ? "4 threads" : "1 thread";
      Reading files = (root, round) -> reader.read("files", root, shuffled(round), threads);
      for (Profile profile : Profile.values()) {
        boolean cached = profile == Profile.PAGE_CACHE;
        String name = "small files, " + profile.option() + ", " + of + ", ";
        String first = cached ? "" : many ? "0.5" : "0.25";
        String again = cached ? "0.9" : many ? "0.65" : "0.35";
        tests.add(new Test(name + "first touch", SMALL, first, true, true, profile, files));
        tests.add(new Test(name + "again", SMALL, again, false, false, profile, files));
      }
    }
    tests.add(
        new Test(
            "1 GiB in order, first read",
            1,
            "0.95",
            true,
            false,
            Profile.PASSTHROUGH,
            (root, round) -> reader.read("seq", root.resolve("large"), 1 << 20)));
    tests.add(random("rand", "random 4 KiB", 4 << 10, 100_000));
    tests.add(random("rand", "random 128 KiB", 128 << 10, 10_000));
    tests.add(random("map", "mapped, random 4 KiB", 4 << 10, 200_000));
    tests.addAll(tree("ls -lR of 100,000 files", "0.5", "1", (tree, round) -> listWithLs(tree)));
    // The same calls without all that ls does for its own sake, so harder to keep up with.
    tests.addAll(
        tree("walk and stat of 100,000 files", "", "", (tree, round) -> reader.read("tree", tree)));
    return tests;
  }

  private List<Test> tree(String name, String first, String again, Reading reading) {
    int entries = TREE_FILES + TREE_DIRECTORIES;
    Reading all =
        (root, round) -> reading.seconds((root.equals(plain) ? data : root).resolve("tree"), round);
    Profile profile = Profile.PASSTHROUGH;
    return List.of(
        new Test(name + ", first time", entries, first, true, false, profile, all),
        new Test(name + ", again", entries, again, false, false, profile, all));
  }

  private static double listWithLs(Path tree) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process ls =
        new ProcessBuilder("ls", "-lR", tree.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (ls.waitFor() != 0) {
      throw new IOException("ls -lR " + tree + " failed");
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private Test random(String mode, String name, int bytes, int count) {
    return new Test(
        name,
        2L * count,
        "0.9",
        false,
        false,
        Profile.PASSTHROUGH,
        (root, round) -> reader.read(mode, root.resolve("large"), bytes, count, 2, round + 2));
  }

  /** The small files in an order of the round. */
  private Path shuffled(int round) throws IOException {
    List<String> order = new ArrayList<>(small);
    Collections.shuffle(order, new Random(round));
    return Files.write(directory.resolve("order"), order);
  }

  private long requests() {
    long sum = 0;
    for (int opcode = 1; opcode < 64; opcode++) {
      if (opcode != Opcode.FORGET && opcode != Opcode.BATCH_FORGET) {
        sum += mount.requests(opcode);
      }
    }
    return sum;
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private void write() throws IOException {
    Random random = new Random(1);
    byte[] bytes = new byte[1 << 20];
    for (int i = 0; i < SMALL; i++) {
      String path = "small/d" + i % DIRECTORIES + "/f" + i;
      small.add(path);
      random.nextBytes(bytes);
      Path file = data.resolve(path);
      Files.createDirectories(file.getParent());
      Files.write(file, Arrays.copyOf(bytes, 60_000 + random.nextInt(80_000)));
    }
    try (OutputStream large = Files.newOutputStream(data.resolve("large"))) {
      for (long i = 0; i < LARGE_BYTES; i += bytes.length) {
        random.nextBytes(bytes);
        large.write(bytes);
      }
    }
    for (int i = 0; i < TREE_FILES; i++) {
      Path file = data.resolve("tree/d" + i % TREE_DIRECTORIES + "/image-" + i + ".jpg");
      if (i < TREE_DIRECTORIES) {
        Files.createDirectories(file.getParent());
      }
      Files.createFile(file);
    }
  }

  private static void load(DataSet dataSet, List<FileStatus> files) throws IOException {
    IOException[] failure = {null};
    for (int i = 0; i < files.size(); i += 16) {
      CacheControl.of(dataSet)
          .loadAll(
              files.subList(i, Math.min(files.size(), i + 16)), 1, (file, why) -> failure[0] = why);
    }
    if (failure[0] != null) {
      throw failure[0];
    }
  }

  /** Gives the cache's files their names in the data set. */
  private void link(DataSet dataSet, List<FileStatus> files) throws IOException {
    for (FileStatus file : files) {
      Path link = plain.resolve(file.path());
      Files.createDirectories(link.getParent());
      Files.createLink(link, CacheControl.of(dataSet).resident(file).orElseThrow());
    }
  }

  /**
   * Has the files in memory as they are there after they were read from the disk: page by page.
   * What was written is there in large folios, which a copy out of is faster by a sixth, until the
   * memory is needed or the node starts again. Both sides read the same, but the page cache of a
   * mount has no large folios.
   */
  private void readFromDisk(List<FileStatus> files) throws IOException, InterruptedException {
    List<String> names = files.stream().map(FileStatus::path).toList();
    Path list = Files.write(directory.resolve("forgotten"), names);
    reader.read("forget", plain, list);
    reader.read("files", plain, list, 1);
  }

  private void print(Map<Test, Result> results) {
    System.out.printf(
        Locale.ROOT,
        "%n### A mount beside ext4, the same C reader on both (%d rounds)%n%n",
        rounds);
    System.out.println(
        "| | ext4, per s | mount, per s | ratio, median (quartiles) | asked | requests per"
            + " operation | CPU per operation |");
    System.out.println("|---|---|---|---|---|---|---|");
    results.forEach(
        (test, result) -> {
          double[] ratios = new double[rounds];
          for (int i = 0; i < rounds; i++) {
            ratios[i] = result.nativeSeconds[i] / result.mountSeconds[i];
          }
          Arrays.sort(ratios);
          System.out.printf(
              Locale.ROOT,
              "| %s | %,.1f | %,.1f | %.2f (%.2f-%.2f) | %s | %.3f | %,.1f us |%n",
              test.name,
              test.operations / Quantile.median(result.nativeSeconds),
              test.operations / Quantile.median(result.mountSeconds),
              ratios[rounds / 2],
              ratios[rounds / 4],
              ratios[rounds * 3 / 4],
              test.asked,
              (double) result.requests / rounds / test.operations,
              result.cpuNanos / 1e3 / rounds / test.operations);
        });
  }
}

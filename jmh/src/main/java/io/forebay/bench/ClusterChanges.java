package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.bench.Training.Epoch;
import io.forebay.bench.Training.Event;
import io.forebay.control.CacheControl;
import io.forebay.dataset.load.LoadProgress;
import io.forebay.dataset.load.LoadTarget;
import io.forebay.dataset.load.Loader;
import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A training on a cluster of server processes, of which one is killed or stopped, or which grows
 * and shrinks: what the training notices of it, and what it costs the under-store, beside
 * undisturbed epochs of the same run.
 */
final class ClusterChanges {

  private static final int FILES = 2_000;
  private static final int BYTES = 100_000;
  private static final int SERVERS = 5;
  private static final int MEMBERS = 3;

  /** Slower than the servers, which one sees at once where they have to fetch. */
  private static final Shape FAR = new Shape(Duration.ofMillis(20), 50_000_000, 100_000_000);

  private static final int REQUESTS = 64;
  private static final int ROUNDS = 3;
  private static final int WARM_UP_EPOCHS = 3;

  /** No round begins later than this after the start: the whole ends within four minutes. */
  private static final Duration LAST_ROUND = Duration.ofSeconds(100);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Of the usual reads of a server: it counts as back. */
  private static final double BACK = 0.9;

  private static final int LONGEST_RETURN = 4;

  /** Within this time servers and clients follow a file of members. */
  private static final int FOLLOW_SECONDS = 3;

  private final OssServer oss;
  private final Path memberFile;
  private final List<ServerProcess> servers = new ArrayList<>();
  private final Map<String, byte[]> contents = new HashMap<>();
  private Training training;

  private ClusterChanges(Path directory, OssServer oss) throws IOException {
    this.oss = oss;
    memberFile = directory.resolve("members");
    Random random = new Random(1);
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[BYTES];
      random.nextBytes(content);
      contents.put("f" + i, content);
      oss.put("bucket", "f" + i, content);
    }
    List<String> settings =
        new ArrayList<>(List.of(EpochTraffic.settings(oss, 4L * FILES * BYTES)));
    settings.add("dataset.d.cache.replicas = 2");
    settings.add("dataset.d.limit.requests = " + REQUESTS);
    for (int i = 1; i <= SERVERS; i++) {
      servers.add(new ServerProcess(directory, "server-" + i, memberFile, settings));
    }
  }

  static void run() throws Exception {
    Path directory = Files.createTempDirectory("forebay-cluster-");
    try (OssServer oss =
        OssServer.builder().bucket("bucket").key("id", "secret").shape(FAR).start()) {
      ClusterChanges cluster = new ClusterChanges(directory, oss);
      try {
        cluster.measure();
      } finally {
        for (ServerProcess server : cluster.servers) {
          server.close();
        }
      }
    } finally {
      ConfiguredServer.deleteTree(directory);
    }
  }

  private void measure() throws Exception {
    long start = System.nanoTime();
    setMembers(servers.subList(0, MEMBERS).stream().map(ServerProcess::member));
    start(servers.subList(0, MEMBERS));
    try (Forebay client =
        Forebay.builder()
            .servers(memberFile.toUri().toString())
            .option("fs.oss.endpoint", oss.endpoint())
            .option("fs.oss.accessKeyId", "id")
            .option("fs.oss.accessKeySecret", "secret")
            .open()) {
      DataSet data = dataSet(client);
      load(data);
      try (Training reader = new Training(data, contents::get)) {
        training = reader;
        for (int i = 0; i < WARM_UP_EPOCHS; i++) {
          training.epoch();
        }
        fail(start);
        start(servers.subList(MEMBERS, SERVERS));
        scale(data);
      }
    }
  }

  /** One after the other: JVMs that start at once would be too busy to greet a client. */
  private static void start(List<ServerProcess> stopped) throws Exception {
    for (ServerProcess server : stopped) {
      server.start();
      server.awaitServing();
    }
  }

  /** The first greeting of a new JVM may take longer than a client waits. */
  private static DataSet dataSet(Forebay client) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return client.dataSet("d");
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
  }

  /** Each file on both of its servers. */
  private static void load(DataSet data) throws IOException, InterruptedException {
    LoadProgress progress = new LoadProgress();
    new Loader(data, (at, visitor) -> data.walk(at, visitor::visit), REQUESTS)
        .load(List.of(new LoadTarget("", 2)), progress);
    if (progress.counts().filesDone() != FILES) {
      throw new IOException("not everything was loaded: " + progress.failures());
    }
  }

  /** A change of the file of members as an operator makes it. */
  private void setMembers(Stream<String> lines) throws IOException {
    Path changed = memberFile.resolveSibling("members.new");
    Files.write(changed, lines.toList());
    Files.move(changed, memberFile, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Something that can happen to a server, and how it ends. */
  private enum Failure {
    SIGKILL {
      @Override
      void begin(ServerProcess server) throws Exception {
        server.kill();
      }

      @Override
      void end(ServerProcess server) throws Exception {
        server.start();
        server.awaitServing();
      }
    },
    SIGSTOP {
      @Override
      void begin(ServerProcess server) throws Exception {
        server.pause();
      }

      @Override
      void end(ServerProcess server) throws Exception {
        server.resume();
      }
    };

    abstract void begin(ServerProcess server) throws Exception;

    abstract void end(ServerProcess server) throws Exception;
  }

  /**
   * An epoch, with what it cost the under-store.
   *
   * @param requests of all kinds
   */
  private record Measured(Epoch epoch, long requests) {

    double hitRatio() {
      return 1 - (double) requests / FILES;
    }
  }

  private Measured epoch(Event event) throws Exception {
    long before = oss.traffic().counts().total();
    Epoch epoch = training.epoch(event);
    return new Measured(epoch, oss.traffic().counts().total() - before);
  }

  /**
   * One server fails in the middle of an epoch and comes back in the middle of the next.
   *
   * @param usual the epoch before
   * @param returned the epoch in which it comes back
   * @param late epochs after that until it answers as many reads as usual
   * @param last the last of these
   */
  private record Round(
      Measured usual, Measured failed, Measured returned, int late, Measured last) {

    double ratio() {
      return failed.epoch.seconds() / usual.epoch.seconds();
    }

    Stream<Epoch> disturbed() {
      return Stream.of(failed.epoch, returned.epoch, last.epoch);
    }
  }

  private void fail(long start) throws Exception {
    Map<Failure, List<Round>> rounds = new HashMap<>();
    int turn = 0;
    for (int round = 0; round < ROUNDS; round++) {
      if (System.nanoTime() - start > LAST_ROUND.toNanos()) {
        break;
      }
      for (Failure failure : Failure.values()) {
        ServerProcess server = servers.get(turn++ % MEMBERS);
        rounds.computeIfAbsent(failure, f -> new ArrayList<>()).add(round(failure, server));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%n### One of %d servers fails in mid-epoch, %,d files of 100 KB, 2 replicas%n%n"
            + "| | rounds | failed reads | wrong reads | longest read | of undisturbed epochs"
            + " | epoch / undisturbed one, median (all) | requests to the under-store"
            + " | hit ratio after the return | epochs until it answers its share again |%n"
            + "|---|---|---|---|---|---|---|---|---|---|%n",
        MEMBERS,
        FILES);
    for (Failure failure : Failure.values()) {
      print(failure, rounds.get(failure));
    }
    System.out.println("| asked | | 0 | 0 | 2 s | | 1.25 | | 1 | |");
  }

  private Round round(Failure failure, ServerProcess server) throws Exception {
    long before = server.hits();
    Measured usual = epoch(Event.NONE);
    long share = server.hits() - before;
    Measured failed = epoch(() -> failure.begin(server));
    Measured returned = epoch(() -> failure.end(server));
    Measured last = returned;
    int late = 0;
    for (long got = 0; got < BACK * share && late < LONGEST_RETURN; late++) {
      before = server.hits();
      last = epoch(Event.NONE);
      got = server.hits() - before;
    }
    return new Round(usual, failed, returned, late, last);
  }

  private static void print(Failure failure, List<Round> rounds) {
    double[] ratios = rounds.stream().mapToDouble(Round::ratio).toArray();
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %d | %d | %.2f s | %.2f s | %.2f (%s) | %d | %.3f | %s |%n",
        failure,
        rounds.size(),
        rounds.stream().flatMap(Round::disturbed).mapToInt(Epoch::failed).sum(),
        rounds.stream().flatMap(Round::disturbed).mapToInt(Epoch::wrong).sum(),
        rounds.stream()
            .flatMap(Round::disturbed)
            .mapToDouble(Epoch::longestSeconds)
            .max()
            .orElseThrow(),
        rounds.stream().mapToDouble(r -> r.usual.epoch.longestSeconds()).max().orElseThrow(),
        Quantile.median(ratios),
        rounds.stream()
            .map(r -> String.format(Locale.ROOT, "%.2f", r.ratio()))
            .collect(Collectors.joining(", ")),
        rounds.stream().mapToLong(r -> r.failed.requests + r.returned.requests).sum(),
        rounds.stream().mapToDouble(r -> r.last.hitRatio()).min().orElseThrow(),
        rounds.stream().map(r -> String.valueOf(r.late)).collect(Collectors.joining(", ")));
  }

  private void scale(DataSet data) throws Exception {
    System.out.printf(
        Locale.ROOT,
        "%n### From %d servers to %d to %d, in mid-epoch%n%n"
            + "| | copies moved | requests to the under-store, asked: at most as many |"
            + " failed reads | wrong reads | longest read | epoch / undisturbed one | the next one |%n"
            + "|---|---|---|---|---|---|---|---|%n",
        MEMBERS,
        SERVERS,
        SERVERS - MEMBERS);
    List<ServerProcess> leaving = servers.subList(0, MEMBERS);
    List<ServerProcess> staying = servers.subList(MEMBERS, SERVERS);
    step("two added", data, () -> setMembers(servers.stream().map(ServerProcess::member)));
    step(
        "three draining",
        data,
        () ->
            setMembers(
                Stream.concat(
                    leaving.stream().map(server -> server.member() + " state=draining"),
                    staying.stream().map(ServerProcess::member))));
    step(
        "these removed and stopped",
        data,
        () -> {
          setMembers(staying.stream().map(ServerProcess::member));
          TimeUnit.SECONDS.sleep(FOLLOW_SECONDS);
          for (ServerProcess server : leaving) {
            server.stop();
          }
        });
  }

  private void step(String what, DataSet data, Event event) throws Exception {
    Map<String, Set<String>> before = owners(data);
    double usual = training.epoch().seconds();
    Measured changed = epoch(event);
    Measured next = epoch(Event.NONE);
    long moved =
        owners(data).entrySet().stream()
            .flatMap(
                file ->
                    file.getValue().stream()
                        .filter(owner -> !before.get(file.getKey()).contains(owner)))
            .count();
    System.out.printf(
        Locale.ROOT,
        "| %s | %,d | %,d | %d | %d | %.2f s | %.2f | %.2f |%n",
        what,
        moved,
        changed.requests + next.requests,
        changed.epoch.failed() + next.epoch.failed(),
        changed.epoch.wrong() + next.epoch.wrong(),
        Math.max(changed.epoch.longestSeconds(), next.epoch.longestSeconds()),
        changed.epoch.seconds() / usual,
        next.epoch.seconds() / usual);
  }

  /** The servers that are to have each file. */
  private Map<String, Set<String>> owners(DataSet data) {
    CacheControl cache = CacheControl.of(data);
    Map<String, Set<String>> owners = new HashMap<>();
    for (FileStatus file : training.files()) {
      owners.put(file.path(), new HashSet<>(cache.place(file).owners()));
    }
    return owners;
  }
}

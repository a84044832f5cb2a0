package io.forebay.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clusters that change, or whose parts disagree, while readers read. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChangesTest {

  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration WHILE = Duration.ofSeconds(3);

  /** Debian's libfaketime. */
  private static final Path FAKE_TIME =
      Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");

  @TempDir private Path directory;
  private Cluster cluster;

  @AfterEach
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** All servers, and a reader whose files they have. */
  private Reader start(int servers) throws IOException {
    cluster = new Cluster(directory, servers, new SampleFiles(80));
    cluster.start(cluster.servers());
    Reader reader = cluster.openReader();
    cluster.awaitCached(reader);
    reader.reset();
    return reader;
  }

  @Test
  void theUnderStoreIsReadForWhatMovesAndForNothingElse() throws Exception {
    cluster = new Cluster(directory, 5, new SampleFiles(80));
    List<Server> all = cluster.servers();
    cluster.setMembers(all.subList(0, 3));
    cluster.start(all);
    Reader reader = cluster.openReader();
    cluster.awaitCached(reader);
    reader.reset();

    scale(reader, all);
    scale(reader, all.subList(3, 5));
    for (Server left : all.subList(0, 3)) {
      left.stop();
    }
    reader.awaitServed();
    System.out.println("scaled: " + reader.requireUnharmed(LONGEST));
  }

  private void scale(Reader reader, List<Server> members) throws IOException {
    List<String> before = reader.owners();
    long readsBefore = cluster.storeReads();
    cluster.setMembers(members);
    await()
        .atMost(ONE_MINUTE)
        .until(() -> reader.owners().stream().distinct().count() == members.size());
    cluster.awaitCached(reader);
    List<String> after = reader.owners();
    long moved =
        IntStream.range(0, before.size()).filter(i -> !before.get(i).equals(after.get(i))).count();
    long reads = cluster.storeReads() - readsBefore;
    System.out.println(
        members.size() + " members: " + moved + " files moved, " + reads + " reads of the store");
    assertThat(moved).isPositive();
    assertThat(reads).isLessThanOrEqualTo(moved + moved / 20 + 1);
  }

  @Tag("long")
  @Test
  void aRollingRestartCostsNoReadAndEachServerFetchesEachFileAtMostOnce() throws Exception {
    Reader reader = start(3);
    long before = cluster.storeReads();
    for (Server server : cluster.servers()) {
      server.stop();
      cluster.start(List.of(server));
      reader.awaitServed();
    }
    long reads = cluster.storeReads() - before;
    System.out.println(
        "rolling restart: " + reader.requireUnharmed(LONGEST) + ", reads of the store: " + reads);
    // The owner has the file already, and the two other servers take its place meanwhile.
    assertThat(reads).isLessThanOrEqualTo(2L * cluster.files().count());
  }

  @Tag("long")
  @Test
  void readersWithDifferentViewsBothRead() throws Exception {
    Reader all = start(3);
    Reader first = cluster.openReader(view("first", 0, 1));
    Reader second = cluster.openReader(view("second", 1, 2));
    for (Reader reader : List.of(all, first, second)) {
      reader.awaitServed();
      reader.reset();
    }
    all.read(WHILE);
    for (Reader reader : List.of(all, first, second)) {
      Report report = reader.requireUnharmed(LONGEST);
      System.out.println("two views: " + report);
      assertThat(report.underStoreReads()).isZero();
    }
  }

  /** A file of members for one reader. */
  private Path view(String name, int... servers) throws IOException {
    Path file = directory.resolve(name);
    Cluster.write(
        file,
        IntStream.of(servers).mapToObj(i -> cluster.server(i).member()).toArray(String[]::new));
    return file;
  }

  @Tag("long")
  @Test
  void serversWhoseClocksAreADayApartServeTheSameFiles() throws Exception {
    assumeTrue(Files.exists(FAKE_TIME), "needs Debian's libfaketime");
    Reader reader = start(3);
    restartWithClock(cluster.server(0), "+1d");
    restartWithClock(cluster.server(1), "-1d");
    assertThat(cluster.server(0).said())
        .startsWith(Instant.now().plus(Duration.ofDays(1)).toString().substring(0, 11));
    reader.read(WHILE);
    reader.awaitServed();
    System.out.println("clocks: " + reader.requireUnharmed(LONGEST));
  }

  private void restartWithClock(Server server, String offset) throws Exception {
    server.kill();
    server.runBehind(
        "env",
        "LD_PRELOAD=" + FAKE_TIME,
        "FAKETIME=" + offset,
        // Or the JVM's waits, which go by the monotonic clock, return at once.
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
        "FAKETIME_FORCE_MONOTONIC_FIX=0");
    cluster.start(List.of(server));
  }

  /** In the second round the server has its files, but not in memory. */
  @Tag("long")
  @Test
  void aServerWithASlowDiskCostsNoRead() throws Exception {
    Reader reader = start(3);
    Server slow = cluster.server(0);
    slow.kill();
    try (SlowDisk disk = new SlowDisk(directory.resolve("image"), slow.cache().resolve("tier"))) {
      slow.runBehind(disk.mounting());
      for (int round = 1; round <= 2; round++) {
        slow.start();
        disk.throttle(300_000, slow.process());
        slow.awaitServing();
        reader.read(WHILE.multipliedBy(2));
        reader.awaitServed();
        System.out.println("slow disk, round " + round + ": " + reader.requireUnharmed(LONGEST));
        slow.kill();
      }
    }
  }
}

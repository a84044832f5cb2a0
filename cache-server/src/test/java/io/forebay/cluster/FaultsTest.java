package io.forebay.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers fail, one and all, while a reader reads: no read fails, and each byte is right. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultsTest {

  /** The reader's patience, and some more on a machine that does much else. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private static final Duration FAULT = Duration.ofSeconds(3);

  @TempDir private static Path directory;
  private static Cluster cluster;
  private static Reader reader;

  @BeforeAll
  static void start() throws IOException {
    cluster = new Cluster(directory, 3, new SampleFiles(80));
    cluster.start(cluster.servers());
    reader = cluster.openReader();
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void warm() throws IOException {
    reader.reopen(); // without what it knows of failures
    cluster.awaitCached(reader);
    reader.reset();
  }

  @ParameterizedTest
  @EnumSource(names = {"KILLED", "PAUSED", "CUT", "REFUSED"})
  void aServerThatFailsCostsNoRead(Fault fault) throws Exception {
    disturb(fault);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(
      names = {"RESTARTED", "DEAF", "MUTE", "LOSSY", "NARROW", "DISTANT", "REMOVED", "DRAINED"})
  void aServerThatIsHalfThereCostsNoRead(Fault fault) throws Exception {
    disturb(fault);
  }

  @Test
  void withoutServersTheUnderStoreIsRead() throws Exception {
    assertThat(disturb(Fault.ALL_KILLED).underStoreReads()).isPositive();
  }

  @Test
  void withoutTheUnderStoreCachedFilesAreRead() throws Exception {
    assertThat(disturb(Fault.STORE_CUT).underStoreReads()).isZero();
  }

  private static Report disturb(Fault fault) throws Exception {
    Fault.Ending ending = fault.begin(cluster, cluster.server(0));
    try {
      reader.read(FAULT);
    } finally {
      ending.end();
    }
    reader.awaitServed();
    Report report = reader.requireUnharmed(LONGEST);
    System.out.println(fault + ": " + report);
    return report;
  }

  @Test
  void withoutServersAndUnderStoreReadsFailSoonAndSayWhy() throws Exception {
    Fault.Ending storeCut = Fault.STORE_CUT.begin(cluster, cluster.server(0));
    Fault.Ending allKilled = Fault.ALL_KILLED.begin(cluster, cluster.server(0));
    try {
      reader.awaitReads(ReaderMain.THREADS);
      Report report = reader.report();
      System.out.println("both gone: " + report);
      assertThat(report.failed()).isPositive();
      assertThat(report.wrong()).isZero();
      assertThat(report.error())
          .contains(StoreMain.ROOT, cluster.store().address(), "check that it is up");
      assertThat(Duration.ofMillis(report.longestMillis())).isLessThan(Duration.ofMinutes(1));
    } finally {
      storeCut.end();
      allKilled.end();
    }
  }
}

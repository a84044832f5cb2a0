package io.forebay.cluster;

import io.forebay.samples.oss.Seed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random faults, one after another, for {@code -Dforebay.soak.minutes}, while a reader reads. Ends
 * with a table of what each kind of fault cost.
 */
@Tag("soak")
class SoakTest {

  private static final Duration LONGEST = Duration.ofSeconds(15);
  private static final int LONGEST_FAULT_MILLIS = 15_000;

  @TempDir private Path directory;

  /** What faults of one kind came to. */
  private record Cost(int faults, long reads, long underStoreReads, long longestMillis) {

    Cost plus(Report report) {
      return new Cost(
          faults + 1,
          reads + report.reads(),
          underStoreReads + report.underStoreReads(),
          Math.max(longestMillis, report.longestMillis()));
    }
  }

  @Test
  @Timeout(value = 24, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void noFaultCostsARead() throws Exception {
    long minutes = Long.getLong("forebay.soak.minutes", 30);
    Random random = Seed.random(0);
    List<Fault> faults = List.of(Fault.values());
    Map<Fault, Cost> costs = new EnumMap<>(Fault.class);
    long start = System.nanoTime();
    try (Cluster cluster = new Cluster(directory, 3, new SampleFiles(80))) {
      cluster.start(cluster.servers());
      Reader reader = cluster.openReader();
      while (System.nanoTime() - start < TimeUnit.MINUTES.toNanos(minutes)) {
        Fault fault = faults.get(random.nextInt(faults.size()));
        Server server = cluster.server(random.nextInt(cluster.servers().size()));
        if (fault == Fault.STORE_CUT) {
          cluster.awaitCached(reader);
        }
        reader.reset();
        Fault.Ending ending = fault.begin(cluster, server);
        reader.read(Duration.ofMillis(random.nextInt(LONGEST_FAULT_MILLIS)));
        ending.end();
        reader.awaitServed();
        Report report = reader.requireUnharmed(LONGEST);
        costs.put(fault, costs.getOrDefault(fault, new Cost(0, 0, 0, 0)).plus(report));
      }
    } finally {
      print(costs, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  private static void print(Map<Fault, Cost> costs, Duration time) {
    System.out.printf("%n| fault | times | reads | of the under-store | longest read, ms |%n");
    System.out.println("|---|---|---|---|---|");
    costs.forEach(
        (fault, cost) ->
            System.out.printf(
                "| %s | %d | %d | %d | %d |%n",
                fault, cost.faults, cost.reads, cost.underStoreReads, cost.longestMillis));
    System.out.printf(
        "%n%d reads in %d minutes, each byte compared%n",
        costs.values().stream().mapToLong(Cost::reads).sum(), time.toMinutes());
  }
}

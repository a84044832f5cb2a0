package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.dataset.epoch.EpochOrder;
import io.forebay.dataset.prefetch.PrefetchOptions;
import io.forebay.dataset.prefetch.Prefetcher;
import io.forebay.dataset.prefetch.ProgressListener;
import io.forebay.dataset.prefetch.ReadPlan;
import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Shape;
import io.forebay.simulator.Simulator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Jobs that train on one data set, each in its own order and begun at its own time, with a cache
 * for a part of it: what they fetch from the store when each announces its reads, beside the
 * optimum (Belady's MIN) for the same reads in the same order, as they happened. A real server, a
 * real store's protocol, and real reads at the speed of trainers.
 */
final class SharedJobs {

  private static final int FILES = 10_000;
  private static final int BYTES = 4 << 10;
  private static final int WARM_UP_EPOCHS = 1;
  private static final int EPOCHS = 2;

  /** A read of what is here takes some 40 microseconds, and the store 5 milliseconds. */
  private static final long WAITING_NANOS = 1_000_000;

  /**
   * A job alone, or with others.
   *
   * @param readsPerSecond of each; what all of them miss is to be less than the machine can fetch,
   *     for jobs that only wait for the store say nothing about what is kept
   */
  private record Case(int jobs, double cache, int readsPerSecond) {

    int capacity() {
      return (int) Math.round(cache * FILES);
    }
  }

  private static final List<Case> CASES =
      List.of(
          new Case(1, 0.5, 400),
          new Case(2, 0.25, 150),
          new Case(2, 0.5, 400),
          new Case(4, 0.25, 100),
          new Case(4, 0.5, 400),
          new Case(8, 0.25, 100),
          new Case(8, 0.5, 200));

  private SharedJobs() {}

  static void run() throws Exception {
    Shape far = new Shape(Duration.ofMillis(5), 50_000_000, 400_000_000);
    try (OssServer oss =
        OssServer.builder().bucket("bucket").key("id", "secret").shape(far).start()) {
      byte[] content = new byte[BYTES];
      Random random = new Random(1);
      for (int i = 0; i < FILES; i++) {
        random.nextBytes(content);
        oss.put("bucket", "f" + i, content.clone());
      }
      System.out.printf(
          Locale.ROOT,
          "%n### Jobs that announce their reads, %,d files (epochs %d to %d)%n%n",
          FILES,
          WARM_UP_EPOCHS + 1,
          WARM_UP_EPOCHS + EPOCHS);
      System.out.println(
          "| jobs | cache | reads/s each | hit ratio | optimum | of it | asked | fetched / (data set - cache) | in reads"
              + " | of it waiting |");
      System.out.println("|---|---|---|---|---|---|---|---|---|---|");
      for (Case each : CASES) {
        Result result = measure(oss, each);
        System.out.printf(
            Locale.ROOT,
            "| %d | %.0f %% | %d | %.3f | %.3f | %.3f | 0.97 | %s | %.1f %% | %.2f %% |%n",
            each.jobs,
            each.cache * 100,
            each.readsPerSecond,
            result.hitRatio,
            result.optimum,
            result.hitRatio / result.optimum,
            each.jobs == 1
                ? String.format(Locale.ROOT, "%.3f", (1 - result.hitRatio) / (1 - each.cache))
                : "",
            result.reading * 100,
            result.waiting * 100);
      }
    }
  }

  /**
   * @param hitRatio reads that cost the store nothing
   * @param optimum what it could have been
   * @param reading share of the time that jobs are in reads
   * @param waiting the same, in those that waited for the store
   */
  private record Result(double hitRatio, double optimum, double reading, double waiting) {}

  /** Nanoseconds in reads, and in those that waited. */
  private record Time(long reading, long waiting) {}

  private static Result measure(OssServer oss, Case each) throws Exception {
    long quota = (long) each.capacity() * BYTES;
    try (ConfiguredServer server =
            new ConfiguredServer(
                Path.of(System.getProperty("java.io.tmpdir")), EpochTraffic.settings(oss, quota));
        Threads threads = new Threads(each.jobs)) {
      DataSet data = server.dataSet("d");
      List<FileStatus> files =
          data.walk("").stream().sorted(Comparator.comparing(FileStatus::path)).toList();
      Reads reads = new Reads(files, each, oss);
      Time[] times = new Time[each.jobs];
      threads.together(
          job -> {
            ReadPlan plan = reads.plans[job];
            long from = reads.next[job];
            try (ProgressListener follower =
                Prefetcher.start(data, plan, PrefetchOptions.DEFAULT, from)) {
              times[job] = train(data, job, follower, reads);
            }
          });
      double nanos = 1e9 * EPOCHS * FILES / each.readsPerSecond * each.jobs;
      return new Result(
          reads.hitRatio(),
          reads.optimum(each.capacity()),
          Stream.of(times).mapToLong(Time::reading).sum() / nanos,
          Stream.of(times).mapToLong(Time::waiting).sum() / nanos);
    }
  }

  /**
   * The reads of all jobs in the order in which they happen, and what the store was asked
   * meanwhile. What counts begins and ends with the epochs of the first job.
   */
  private static final class Reads {

    private final OssServer oss;
    private final ReadPlan[] plans;
    private final long betweenNanos;

    /** Each job's next position. */
    private final long[] next;

    private final Map<String, Integer> numbers = new HashMap<>();
    private final int[] order;
    private int count;
    private int from;
    private int to;
    private long fetched;

    Reads(List<FileStatus> files, Case each, OssServer oss) {
      int jobs = each.jobs;
      this.oss = oss;
      betweenNanos = TimeUnit.SECONDS.toNanos(1) / each.readsPerSecond;
      plans = new ReadPlan[jobs];
      next = new long[jobs];
      order = new int[jobs * FILES * (1 + WARM_UP_EPOCHS + EPOCHS)];
      for (int job = 0; job < jobs; job++) {
        int seed = job;
        plans[job] =
            ReadPlan.epochs(
                files,
                1 + WARM_UP_EPOCHS + EPOCHS,
                epoch -> EpochOrder.shuffled(FILES, seed, epoch));
        next[job] = jobs == 1 ? 0 : new Random(job).nextInt(FILES);
      }
      files.forEach(file -> numbers.put(file.path(), numbers.size()));
    }

    /** A job reads its next file. */
    synchronized FileStatus read(int job) {
      FileStatus file = plans[job].file(next[job]++);
      order[count++] = numbers.get(file.path());
      return file;
    }

    synchronized void begin() {
      from = count;
      fetched = oss.traffic().counts().of("GET");
    }

    synchronized void end() {
      to = count;
      fetched = oss.traffic().counts().of("GET") - fetched;
    }

    double hitRatio() {
      return 1 - (double) fetched / (to - from);
    }

    /** Of the same reads; what follows them is what the jobs announced. */
    double optimum(int capacity) {
      for (boolean more = true; more; ) {
        more = false;
        for (int job = 0; job < plans.length; job++) {
          if (next[job] < plans[job].size()) {
            read(job);
            more = true;
          }
        }
      }
      return Simulator.optimum(FILES, Arrays.copyOf(order, count), from, to, capacity);
    }
  }

  /**
   * Reads at its speed, and catches up where it had to wait.
   *
   * @return of the epochs that count
   */
  private static Time train(DataSet data, int job, ProgressListener follower, Reads reads)
      throws Exception {
    long start = System.nanoTime();
    long from = reads.next[job];
    long first = from + (long) WARM_UP_EPOCHS * FILES;
    long last = first + (long) EPOCHS * FILES;
    long reading = 0;
    long waiting = 0;
    for (long position = from; position < last; position++) {
      long due = start + (position - from) * reads.betweenNanos;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      if (position == first && job == 0) {
        reads.begin();
      }
      follower.reached(position);
      FileStatus file = reads.read(job);
      long begun = System.nanoTime();
      data.read(file.path());
      if (position >= first) {
        long took = System.nanoTime() - begun;
        reading += took;
        waiting += took > WAITING_NANOS ? took : 0;
      }
    }
    if (job == 0) {
      reads.end();
    }
    return new Time(reading, waiting);
  }
}

package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.dataset.epoch.EpochOrder;
import io.forebay.dataset.prefetch.Follower;
import io.forebay.dataset.prefetch.PrefetchOptions;
import io.forebay.dataset.prefetch.Prefetcher;
import io.forebay.dataset.prefetch.ReadPlan;
import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.Shape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Jobs that train on one data set, each in its own order and begun at its own time, with a cache
 * for a part of it: what they fetch from the store when each announces its reads, beside the
 * optimum that knows the whole future. A real server, a real store's protocol, and real reads at
 * the speed of trainers.
 */
final class SharedJobs {

  private static final int FILES = 10_000;
  private static final int BYTES = 4 << 10;
  private static final int WARM_UP_EPOCHS = 1;
  private static final int EPOCHS = 2;

  /** Reads of each job; all of them together are far from what the machine can do. */
  private static final int READS_PER_SECOND = 400;

  /** A job alone, or with others; the optimum's hit ratio, by simulation ({@code bench plans}). */
  private record Case(int jobs, double cache, double optimum) {}

  private static final List<Case> CASES =
      List.of(
          new Case(1, 0.5, 0.5),
          new Case(2, 0.25, 0.51),
          new Case(2, 0.5, 0.727),
          new Case(4, 0.25, 0.568),
          new Case(4, 0.5, 0.772),
          new Case(8, 0.25, 0.593),
          new Case(8, 0.5, 0.793));

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
          "%n### Jobs that announce their reads, %,d files, %d reads/s each (epochs %d to %d)%n%n",
          FILES,
          READS_PER_SECOND,
          WARM_UP_EPOCHS + 1,
          WARM_UP_EPOCHS + EPOCHS);
      System.out.println(
          "| jobs | cache | hit ratio | optimum | of it | asked | fetched / (data set - cache) | waited"
              + " for data |");
      System.out.println("|---|---|---|---|---|---|---|---|");
      for (Case each : CASES) {
        Result result = measure(oss, each);
        System.out.printf(
            Locale.ROOT,
            "| %d | %.0f %% | %.3f | %.3f | %.3f | 0.97 | %s | %.1f %% |%n",
            each.jobs,
            each.cache * 100,
            result.hitRatio,
            each.optimum,
            result.hitRatio / each.optimum,
            each.jobs == 1
                ? String.format(Locale.ROOT, "%.3f", (1 - result.hitRatio) / (1 - each.cache))
                : "",
            result.waiting * 100);
      }
    }
  }

  /**
   * @param hitRatio reads that cost the store nothing
   * @param waiting share of the time
   */
  private record Result(double hitRatio, double waiting) {}

  private static Result measure(OssServer oss, Case each) throws Exception {
    long quota = Math.round(each.cache * FILES) * BYTES;
    try (ConfiguredServer server =
            new ConfiguredServer(
                Path.of(System.getProperty("java.io.tmpdir")), EpochTraffic.settings(oss, quota));
        Threads threads = new Threads(each.jobs)) {
      DataSet data = server.dataSet("d");
      List<FileStatus> files =
          data.walk("").stream().sorted(Comparator.comparing(FileStatus::path)).toList();
      long[] counted = new long[2];
      long[] waited = new long[each.jobs];
      threads.together(
          job -> {
            ReadPlan plan =
                ReadPlan.epochs(
                    files,
                    1 + WARM_UP_EPOCHS + EPOCHS,
                    epoch -> EpochOrder.shuffled(FILES, job, epoch));
            long from = each.jobs == 1 ? 0 : new Random(job).nextInt(FILES);
            try (Follower follower = Prefetcher.start(data, plan, PrefetchOptions.DEFAULT, from)) {
              waited[job] = train(data, plan, from, follower, job == 0 ? counted : null, oss);
            }
          });
      double reads = (double) EPOCHS * FILES * each.jobs;
      double seconds = (double) EPOCHS * FILES / READS_PER_SECOND;
      double waiting = 0;
      for (long nanos : waited) {
        waiting += nanos / 1e9 / seconds / each.jobs;
      }
      return new Result(1 - (counted[1] - counted[0]) / reads, waiting);
    }
  }

  /**
   * Reads at its speed, and catches up where it had to wait.
   *
   * @param counted takes what the store sent, at the begin and the end of what counts; null if
   *     another job does so
   * @return how long it waited, in nanoseconds
   */
  private static long train(
      DataSet data, ReadPlan plan, long from, Follower follower, long[] counted, OssServer oss)
      throws Exception {
    long start = System.nanoTime();
    long first = from + (long) WARM_UP_EPOCHS * FILES;
    long last = first + (long) EPOCHS * FILES;
    long waited = 0;
    for (long position = from; position < last; position++) {
      long due = start + (position - from) * TimeUnit.SECONDS.toNanos(1) / READS_PER_SECOND;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      if (position == first && counted != null) {
        counted[0] = oss.traffic().counts().of("GET");
      }
      follower.reached(position);
      long begun = System.nanoTime();
      data.read(plan.file(position).path());
      if (position >= first) {
        waited += System.nanoTime() - begun;
      }
    }
    if (counted != null) {
      counted[1] = oss.traffic().counts().of("GET");
    }
    return waited;
  }
}

package io.forebay.simulator;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Prints a table: traces by cache sizes, and the hit ratio of each policy. */
public final class Simulator {

  private static final double[] SHARES = {0.10, 0.25, 0.50, 0.75, 0.90};

  private static final double[] PLANNED_SHARES = {0.10, 0.25, 0.50};

  private Simulator() {}

  /**
   * @param files of each trace
   */
  public static void run(int files) {
    System.out.printf(
        Locale.ROOT,
        "%n### Hit ratios by simulation (%,d files; c: cache as a share of them)%n%n",
        files);
    System.out.println(
        "| trace | c | LRU | W-TinyLFU | SIEVE | S3-FIFO | Forebay | MIN |"
            + " fetched by Forebay / (1 - c) | written by Forebay | by LRU |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
    for (Trace trace : Trace.all(files)) {
      for (double share : SHARES) {
        row(trace, share);
      }
    }
    System.out.println();
    System.out.println(
        "Fetched: misses per read, beside what keeping a share c forever would miss. Written: files"
            + " written into the cache per read.");
  }

  /**
   * Jobs that announce their reads.
   *
   * @param files of each trace
   */
  public static void runPlanned(int files) {
    System.out.printf(
        Locale.ROOT,
        "%n### Hit ratios when jobs announce their reads, by simulation (%,d files)%n%n",
        files);
    System.out.println(
        "| jobs | c | without plans | 0.25 epoch ahead | 0.5 ahead | 1 ahead | MIN | 1 ahead / MIN"
            + " | asked |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    for (int jobs : new int[] {1, 2, 4, 8}) {
      Trace trace = Trace.epochs(files, jobs, 8);
      for (double share : PLANNED_SHARES) {
        int capacity = (int) (share * files);
        double whole = hits(new OwnPlanned(capacity, trace, jobs, 1), trace);
        double min = hits(new Min(capacity, trace), trace);
        System.out.printf(
            Locale.ROOT,
            "| %d | %.0f %% | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | 0.97 |%n",
            jobs,
            share * 100,
            hits(new Own(capacity, files), trace),
            hits(new OwnPlanned(capacity, trace, jobs, 0.25), trace),
            hits(new OwnPlanned(capacity, trace, jobs, 0.5), trace),
            whole,
            min,
            whole / min);
      }
    }
  }

  private static void row(Trace trace, double share) {
    int capacity = (int) (share * trace.files());
    Map<String, Policy> policies = new LinkedHashMap<>();
    policies.put("LRU", new Lru(capacity));
    policies.put("W-TinyLFU", new TinyLfu(capacity));
    policies.put("SIEVE", new Sieve(capacity));
    policies.put("S3-FIFO", new S3Fifo(capacity));
    policies.put("Forebay", new Own(capacity, trace.files()));
    policies.put("MIN", new Min(capacity, trace));
    StringBuilder row =
        new StringBuilder(
            String.format(Locale.ROOT, "| %s | %.0f %% |", trace.name(), share * 100));
    double own = 0;
    for (Map.Entry<String, Policy> policy : policies.entrySet()) {
      double hits = hits(policy.getValue(), trace);
      row.append(String.format(Locale.ROOT, " %.3f |", hits));
      if (policy.getKey().equals("Forebay")) {
        own = hits;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s %.2f | %.3f | %.3f |%n",
        row,
        (1 - own) / (1 - share),
        (double) policies.get("Forebay").written() / trace.reads().length,
        (double) policies.get("LRU").written() / trace.reads().length);
  }

  /**
   * The hit ratio of the optimum that knows all reads.
   *
   * @param files that there are, numbered from 0
   * @param reads of them, in their order
   * @param from the first read that counts
   * @param to the first one after it that does not count any more
   * @param capacity in files
   */
  public static double optimum(int files, int[] reads, int from, int to, int capacity) {
    Trace trace = new Trace("as it was", files, reads, from, to);
    return hits(new Min(capacity, trace), trace);
  }

  private static double hits(Policy policy, Trace trace) {
    long hits = 0;
    for (int i = 0; i < trace.to(); i++) {
      if (policy.read(trace.reads()[i]) && i >= trace.from()) {
        hits++;
      }
    }
    return (double) hits / (trace.to() - trace.from());
  }
}

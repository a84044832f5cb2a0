package io.forebay.bench;

import io.forebay.dataset.epoch.EpochOrder;
import io.forebay.dataset.epoch.Rank;
import io.forebay.dataset.epoch.SampleOwners;
import java.util.Locale;

/** What it costs to know which sample comes next, and how many of them lie on other nodes. */
final class EpochOrders {

  private static final int LOOKUPS = 2_000_000;
  private static final int BATCHES = 200;

  private EpochOrders() {}

  static void run(int rounds) {
    System.out.println();
    System.out.println("### Orders of epochs: nanoseconds per look-up (median)");
    System.out.println();
    System.out.println("| samples | shuffled | one rank of 8 | near, 8 ranks, batch 1,024 |");
    System.out.println("|---|---|---|---|");
    for (long samples : new long[] {1_000_000L, 600_000_000L, 1_000_000_000L, 1_000_000_000_000L}) {
      EpochOrder order = EpochOrder.shuffled(samples, 1, 1);
      Rank rank = new Rank(3, 8);
      System.out.printf(
          Locale.ROOT,
          "| %,d | %.0f | %.0f | %.0f |%n",
          samples,
          nanos(order, rounds),
          nanos(order.shard(rank), rounds),
          nanos(order.near(rank, 1024, sample -> (int) (sample % 8)), rounds));
    }
    System.out.println();
    System.out.println("### Samples that are read from another node");
    System.out.println();
    System.out.println("| ranks | global batch | dealt in turn | near | asked at most |");
    System.out.println("|---|---|---|---|---|");
    for (int ranks : new int[] {2, 4, 8, 16}) {
      for (int batch : new int[] {256, 1024, 4096}) {
        locality(ranks, batch);
      }
    }
  }

  private static double nanos(EpochOrder order, int rounds) {
    double[] nanos = new double[rounds];
    long sum = 0;
    for (int round = -2; round < rounds; round++) {
      long first =
          (round + 2) * (long) LOOKUPS % (order.size() - Math.min(LOOKUPS, order.size()) + 1);
      long count = Math.min(LOOKUPS, order.size());
      long start = System.nanoTime();
      for (long position = first; position < first + count; position++) {
        sum += order.sample(position);
      }
      if (round >= 0) {
        nanos[round] = (double) (System.nanoTime() - start) / count;
      }
    }
    if (sum == 0) {
      throw new AssertionError("the sum keeps the loop");
    }
    return Quantile.median(nanos);
  }

  private static void locality(int ranks, int batch) {
    EpochOrder order = EpochOrder.shuffled((long) batch * BATCHES, 1, 1);
    EpochOrder spread = EpochOrder.shuffled(order.size(), 2, 0);
    SampleOwners owners = sample -> (int) (spread.sample(sample) % ranks);
    long inTurn = 0;
    long near = 0;
    for (int number = 0; number < ranks; number++) {
      Rank rank = new Rank(number, ranks);
      inTurn += remote(order.shard(rank), rank, owners);
      near += remote(order.near(rank, batch, owners), rank, owners);
    }
    System.out.printf(
        Locale.ROOT,
        "| %d | %,d | %.3f | %.4f | %.4f |%n",
        ranks,
        batch,
        (double) inTurn / order.size(),
        (double) near / order.size(),
        1.1 * 0.40 * Math.sqrt((ranks - 1.0) / batch));
  }

  private static long remote(EpochOrder order, Rank rank, SampleOwners owners) {
    return order.from(0).filter(sample -> owners.rankOf(sample) != rank.number()).count();
  }
}

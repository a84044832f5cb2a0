package io.forebay.simulator.cluster;

import io.forebay.file.FileId;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** What a process pays for the number of members. */
final class Costs {

  private static final long MEASURED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int ROUNDS = 5;

  private Costs() {}

  static void print(Shape shape) {
    System.out.println(
        "| members | a view as text | read it | its id | place its members | find an owner and the"
            + " next | and 2 owners and the next |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (int nodes : new int[] {100, 1_000, 10_000}) {
      View view = shape.with(nodes).view();
      String text = view.toString();
      Placement placement = Placement.of(view);
      SplittableRandom random = new SplittableRandom(1);
      System.out.printf(
          Locale.ROOT,
          "| %,d | %,d bytes | %.2f ms | %.2f ms | %.2f ms | %.1f us | %.1f us |%n",
          nodes,
          text.getBytes(StandardCharsets.UTF_8).length,
          micros(() -> View.parse(text).members().size()) / 1_000,
          micros(view::hash) / 1_000,
          micros(() -> Placement.of(view).view().members().size()) / 1_000,
          micros(() -> owners(placement, random, 2)),
          micros(() -> owners(placement, random, 3)));
    }
  }

  private static long owners(Placement placement, SplittableRandom random, int count) {
    return placement.owners(new FileId(random.nextLong(), random.nextLong()), 0, count).size();
  }

  private interface Action {
    long run();
  }

  /** The mean of many in the fastest of a few rounds. */
  private static double micros(Action action) {
    double micros = Double.MAX_VALUE;
    long sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      long runs = 0;
      for (; System.nanoTime() - start < MEASURED_NANOS; runs++) {
        sum += action.run();
      }
      micros = Math.min(micros, (System.nanoTime() - start) / 1e3 / runs);
    }
    if (sum == 0) {
      throw new AssertionError("the sum keeps the actions");
    }
    return micros;
  }
}

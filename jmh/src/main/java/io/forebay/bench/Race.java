package io.forebay.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Contenders that do the same work take turns, round by round, in changing order. The first one is
 * the yardstick; each round gives every other one a ratio to it, and the medians are printed.
 */
final class Race {

  private static final int WARM_UP_ROUNDS = 3;

  /** Laps of a turn: a turn must be long beside what the machine does in between. */
  private static final int LAPS = 5;

  /** One pass over the work. */
  interface Lap {
    void run() throws Exception;

    /** Before each turn, and not measured. */
    default void prepare() throws Exception {}
  }

  private final String title;
  private final int rounds;
  private final double itemsPerLap;
  private final double bytesPerLap;
  private final Map<String, Lap> contenders = new LinkedHashMap<>();
  private final Map<String, String> targets = new LinkedHashMap<>();

  /**
   * @param itemsPerLap files read by each lap
   * @param bytesPerLap bytes read by each lap
   */
  Race(String title, int rounds, double itemsPerLap, double bytesPerLap) {
    this.title = title;
    this.rounds = rounds;
    this.itemsPerLap = itemsPerLap;
    this.bytesPerLap = bytesPerLap;
  }

  Race yardstick(String name, Lap lap) {
    contenders.put(name, lap);
    return this;
  }

  /**
   * @param target what the ratio should reach, for the table
   */
  Race contender(String name, String target, Lap lap) {
    contenders.put(name, lap);
    targets.put(name, target);
    return this;
  }

  void run() throws Exception {
    List<String> names = new ArrayList<>(contenders.keySet());
    Map<String, double[]> seconds = new LinkedHashMap<>();
    names.forEach(name -> seconds.put(name, new double[rounds]));
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(Math.floorMod(i + round, names.size()));
        contenders.get(name).prepare();
        long start = System.nanoTime();
        for (int lap = 0; lap < LAPS; lap++) {
          contenders.get(name).run();
        }
        if (round >= 0) {
          seconds.get(name)[round] = (System.nanoTime() - start) / 1e9 / LAPS;
        }
      }
    }
    print(names, seconds);
  }

  private void print(List<String> names, Map<String, double[]> seconds) {
    String yardstick = names.get(0);
    System.out.printf(Locale.ROOT, "%n### %s (%d rounds)%n%n", title, rounds);
    System.out.println("| | files/s | MB/s | ratio, median (quartiles) | asked |");
    System.out.println("|---|---|---|---|---|");
    for (String name : names) {
      double median = Quantile.median(seconds.get(name));
      double[] ratios = new double[rounds];
      for (int i = 0; i < rounds; i++) {
        ratios[i] = seconds.get(yardstick)[i] / seconds.get(name)[i];
      }
      System.out.printf(
          Locale.ROOT,
          "| %s | %,.0f | %,.0f | %s | %s |%n",
          name,
          itemsPerLap / median,
          bytesPerLap / median / 1e6,
          name.equals(yardstick)
              ? "1"
              : String.format(
                  Locale.ROOT,
                  "%.2f (%.2f-%.2f)",
                  Quantile.median(ratios),
                  Quantile.of(ratios, 0.25),
                  Quantile.of(ratios, 0.75)),
          targets.getOrDefault(name, ""));
    }
  }
}

package io.forebay.simulator.cluster;

import java.util.Locale;

/** Prints what a cluster of a thousand nodes would do, by simulation. */
public final class Scale {

  private static final Shape SHAPE = new Shape(1_000, 4, 25);
  private static final long MEAN_BYTES = 1_000_000;
  private static final long SEED = 1;

  /** More files than this are represented by so many of them. */
  private static final int MOST_PLACED = 10_000_000;

  private static final int MOST_READ = 1_000_000;

  private static final int CLIENTS = 10;

  private Scale() {}

  /**
   * @param files of the data set
   */
  public static void run(long files) {
    Shape withJoining = SHAPE.with(SHAPE.nodes() + 1);
    System.out.printf(
        Locale.ROOT,
        "%n### %,d nodes of weights 1, 2 and 4 in %d zones and %d racks, %,d files of %,d bytes on"
            + " average%n",
        SHAPE.nodes(),
        SHAPE.zones(),
        SHAPE.nodes() / SHAPE.rackNodes(),
        files,
        MEAN_BYTES);
    Files placed = sample(files, MOST_PLACED);
    title("Balance and movement, of %,d of the files", placed.count());
    new Balance(withJoining, placed, new Owners(withJoining, placed, 2))
        .print((double) files / placed.count());
    Files read = sample(files, MOST_READ);
    Epochs epochs =
        new Epochs(
            withJoining,
            read,
            new Owners(withJoining, read, SHAPE.zones() + 1),
            (double) files / read.count());
    title("Epochs that are bound by data, of %,d of the files", read.count());
    epochs.printLocality();
    title("Traffic after a change, of %,d of the files", read.count());
    epochs.printChanges();
    Disturbances disturbances = new Disturbances(SHAPE, CLIENTS, MEAN_BYTES, SEED);
    title("A rolling restart, as the trainers of %,d of the nodes see it", CLIENTS);
    disturbances.printRestart();
    title("Members that flap, as the trainers of %,d of the nodes see it", CLIENTS);
    disturbances.printFlapping();
    title("What a process pays for the number of members, in %s", "time of this machine");
    Costs.print(SHAPE);
  }

  private static Files sample(long files, int most) {
    return new Files((int) Math.min(files, most), MEAN_BYTES, SEED);
  }

  private static void title(String format, Object value) {
    System.out.printf(Locale.ROOT, "%n#### " + format + "%n%n", value);
  }
}

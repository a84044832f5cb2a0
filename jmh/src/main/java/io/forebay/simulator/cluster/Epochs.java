package io.forebay.simulator.cluster;

import io.forebay.Origin;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Epochs of a data-bound training: where the bytes come from, and what bounds the time. */
final class Epochs {

  private final Shape shape;
  private final Files files;
  private final Owners owners;
  private final double parts;

  /**
   * @param shape with one node more than the cluster has at the beginning
   * @param parts how many times as many files the data set has; the time for them is so many times
   *     longer
   */
  Epochs(Shape shape, Files files, Owners owners, double parts) {
    this.shape = shape;
    this.files = files;
    this.owners = owners;
    this.parts = parts;
  }

  private int nodes() {
    return shape.nodes() - 1;
  }

  private Known before() {
    return new Known(shape, shape.view(node -> node < nodes()));
  }

  void printLocality() {
    Table table =
        new Table(
            "copies",
            "a zone's network",
            "epoch",
            "own node",
            "own zone",
            "other zones",
            "under-store",
            "time",
            "bound by",
            "busy");
    Hardware wide = Hardware.of(shape);
    Hardware narrow = wide.withZoneNetwork(wide.zoneNetwork() / 10);
    for (Hardware hardware : new Hardware[] {wide, narrow}) {
      for (int replicas : new int[] {1, 2, shape.zones()}) {
        table.rows(() -> locality(hardware, replicas));
      }
    }
    table.rows(() -> own(wide));
    table.print();
  }

  private List<String> locality(Hardware hardware, int replicas) {
    Holders loaded = Holders.all(files, owners, before(), replicas);
    return Stream.of(
            shuffled(hardware, replicas, new Holders(files.count()), "1", "2"),
            shuffled(hardware, replicas, loaded, "1, after a load"))
        .flatMap(List::stream)
        .toList();
  }

  private List<String> shuffled(
      Hardware hardware, int replicas, Holders holders, String... epochs) {
    Clock clock = new Clock();
    Knowledge known = new Knowledge(clock, before());
    Cluster cluster = cluster(hardware, clock, known, new Cluster.Policy(replicas, true), holders);
    return rows(
        replicas + "",
        hardware,
        List.of(epochs),
        epoch -> Epoch.shuffled(cluster, clock, nodes(), files.count(), epoch));
  }

  /** As if the trainers could choose what they read. */
  private List<String> own(Hardware hardware) {
    Clock clock = new Clock();
    Known view = before();
    Cluster cluster =
        cluster(
            hardware,
            clock,
            new Knowledge(clock, view),
            new Cluster.Policy(1, true),
            new Holders(files.count()));
    return rows(
        "1, read by the owner's node",
        hardware,
        List.of("1", "2"),
        epoch ->
            Epoch.assigned(
                cluster,
                clock,
                nodes(),
                files.count(),
                epoch,
                file -> owners.of(view, file, 1)[0]));
  }

  private List<String> rows(
      String copies, Hardware hardware, List<String> epochs, IntFunction<Epoch.Result> epoch) {
    return IntStream.range(0, epochs.size())
        .mapToObj(i -> row(copies, hardware, epochs.get(i), epoch.apply(i + 1)))
        .toList();
  }

  private Cluster cluster(
      Hardware hardware, Clock clock, Knowledge known, Cluster.Policy policy, Holders holders) {
    return new Cluster(shape, hardware, files, owners, policy, holders, clock, node -> known);
  }

  private String row(String copies, Hardware hardware, String epoch, Epoch.Result result) {
    return String.format(
        Locale.ROOT,
        "| %s | %.0f GB/s | %s | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %.0f s | %s | %.0f %% |",
        copies,
        hardware.zoneNetwork() / 1e9,
        epoch,
        100 * result.share(Origin.OWN_SERVER),
        100 * result.share(Origin.ZONE_SERVER),
        100 * result.share(Origin.OTHER_SERVER),
        100 * result.fetched(),
        result.nanos() * parts / 1e9,
        result.bound().kind(),
        100 * result.bound().share());
  }

  void printChanges() {
    Table table =
        new Table(
            "change after epoch 2",
            "copies",
            "former owners are asked",
            "moved by placement",
            "epoch 3: handed over",
            "under-store",
            "epoch 4: under-store");
    Balance balance = new Balance(shape, files, owners);
    for (int replicas : new int[] {1, 2}) {
      Holders warm = warm(replicas);
      for (Change change : Change.values()) {
        double moved =
            balance.movement(node -> node < nodes(), change.after(shape), replicas).bytes();
        for (boolean handOver : new boolean[] {true, false}) {
          table.row(
              () -> change(change, new Cluster.Policy(replicas, handOver), warm.copy(), moved));
        }
      }
    }
    table.print();
  }

  private Holders warm(int replicas) {
    Clock clock = new Clock();
    Holders holders = new Holders(files.count());
    Knowledge known = new Knowledge(clock, before());
    Cluster cluster =
        cluster(Hardware.of(shape), clock, known, new Cluster.Policy(replicas, true), holders);
    for (int epoch = 1; epoch <= 2; epoch++) {
      Epoch.shuffled(cluster, clock, nodes(), files.count(), epoch);
    }
    return holders;
  }

  private String change(Change change, Cluster.Policy policy, Holders warm, double moved) {
    Clock clock = new Clock();
    Knowledge known = new Knowledge(clock, before());
    Cluster cluster = cluster(Hardware.of(shape), clock, known, policy, warm);
    known.use(new Known(shape, shape.view(change.after(shape))));
    Epoch.Result third = Epoch.shuffled(cluster, clock, nodes(), files.count(), 3);
    Epoch.Result fourth = Epoch.shuffled(cluster, clock, nodes(), files.count(), 4);
    return String.format(
        Locale.ROOT,
        "| %s | %d | %s | %.0f GB | %.0f GB | %.0f GB | %.0f GB |",
        change,
        policy.replicas(),
        policy.handOver() ? "yes" : "no",
        moved * parts / 1e9,
        third.traffic().handedOverBytes() * parts / 1e9,
        third.underStoreBytes() * parts / 1e9,
        fourth.underStoreBytes() * parts / 1e9);
  }
}

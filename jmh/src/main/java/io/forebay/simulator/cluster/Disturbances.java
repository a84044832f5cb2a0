package io.forebay.simulator.cluster;

import io.forebay.placement.Member;
import io.forebay.placement.Member.State;
import io.forebay.placement.View;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Servers that restart or come and go while training goes on at its own pace, all files being
 * cached: what it costs readers and the under-store.
 */
final class Disturbances {

  /** Files that each node reads in a second, and how long an epoch takes at that. */
  private static final int READS_A_SECOND = 100;

  private static final Duration EPOCH = Duration.ofSeconds(1_000);

  /** What a server that restarts is away, and what passes until the next rack's turn. */
  private static final Duration RESTART = Duration.ofSeconds(30);

  private static final Duration PAUSE = Duration.ofSeconds(15);

  private static final Duration DRAINING = Duration.ofSeconds(5);

  /** One that crashes is away; until its lease has run out others do not know. */
  private static final Duration CRASH = Duration.ofSeconds(30);

  private static final Duration LEASE = Duration.ofSeconds(15);

  private static final Duration UP = Duration.ofSeconds(60);
  private static final Duration FLAPPING = Duration.ofMinutes(30);

  /** How nodes hear of members, and how long it takes. */
  private enum Source {
    LIST("a list that never changes", Duration.ZERO, Duration.ZERO),
    FILE("a file", Duration.ofSeconds(1), Duration.ofSeconds(2)),
    ETCD("etcd", Duration.ofMillis(20), Duration.ofMillis(200)),
    ETCD_DRAINED("etcd, drained before", Duration.ofMillis(20), Duration.ofMillis(200));

    private final String title;
    private final Duration least;
    private final Duration most;

    Source(String title, Duration least, Duration most) {
      this.title = title;
      this.least = least;
      this.most = most;
    }
  }

  private final Shape shape;
  private final int[] clients;
  private final Files files;
  private final Owners owners;
  private final List<Member> members;

  /**
   * @param clients whose reads are followed
   */
  Disturbances(Shape shape, int clients, long meanBytes, long seed) {
    this.shape = shape;
    SplittableRandom random = new SplittableRandom(seed);
    this.clients = random.ints(0, shape.nodes()).distinct().limit(clients).sorted().toArray();
    int count = Math.toIntExact(EPOCH.toSeconds() * READS_A_SECOND * clients);
    this.files = new Files(count, meanBytes, seed);
    this.owners = new Owners(shape, files, 3);
    this.members = shape.view().members();
  }

  private double parts() {
    return (double) shape.nodes() / clients.length;
  }

  void printRestart() {
    Table table =
        new Table(
            "copies",
            "members from",
            "restarted together",
            "whole restart",
            "of a million reads: refused",
            "by stand-ins",
            "servers refused by servers",
            "longest read",
            "under-store",
            "of the data set",
            "on average");
    for (int replicas : new int[] {1, 2}) {
      for (Source source : Source.values()) {
        table.row(() -> restart(source, replicas, true));
      }
    }
    table.row(() -> restart(Source.LIST, 2, false));
    table.row(() -> restart(Source.ETCD, 2, false));
    table.print();
  }

  private String restart(Source source, int replicas, boolean byRack) {
    int batches = IntStream.range(0, shape.nodes()).map(shape::rack).max().orElse(0) + 1;
    Duration turn = RESTART.plus(PAUSE);
    Duration whole = turn.multipliedBy(batches);
    World world = new World(source, replicas, false, whole);
    for (int batch = 0; batch < batches; batch++) {
      int number = batch;
      int[] nodes =
          IntStream.range(0, shape.nodes())
              .filter(
                  node -> (byRack ? shape.rack(node) : node * batches / shape.nodes()) == number)
              .toArray();
      Duration stop = turn.multipliedBy(batch).plus(DRAINING);
      world.stop(nodes, stop, RESTART);
      if (source == Source.ETCD_DRAINED) {
        world.say(nodes, State.DRAINING, stop.minus(DRAINING));
      }
      if (source != Source.LIST) {
        world.say(nodes, State.DOWN, stop);
        world.say(nodes, State.UP, stop.plus(RESTART));
      }
    }
    world.run();
    Traffic traffic = world.cluster.traffic();
    return String.format(
        Locale.ROOT,
        "| %d | %s | %s | %.0f min | %.0f | %.0f | %.0f | %.0f ms | %.1f GB | %.3f %% | %.2f GB/s |",
        replicas,
        source.title,
        byRack ? "a rack" : "as many of all zones",
        whole.toSeconds() / 60.0,
        millionths(traffic.refusedRequests(), traffic),
        millionths(traffic.readsStoodIn(), traffic),
        millionths(traffic.refusedServers(), traffic),
        traffic.longestNanos() / 1e6,
        world.cluster.underStoreBytes() * parts() / 1e9,
        100.0 * world.cluster.underStoreBytes() / files.count() / files.meanBytes(),
        world.cluster.underStoreBytes() * parts() / whole.toNanos());
  }

  private static double millionths(long some, Traffic traffic) {
    return 1e6 * some / traffic.reads();
  }

  void printFlapping() {
    Table table =
        new Table(
            "members that flap",
            "copies",
            "damped",
            "views in 30 minutes",
            "of a million reads: refused",
            "by stand-ins",
            "longest read",
            "under-store");
    for (int replicas : new int[] {1, 2}) {
      for (boolean damped : new boolean[] {false, true}) {
        table.row(() -> flap(replicas, damped));
      }
    }
    table.print();
  }

  private String flap(int replicas, boolean damped) {
    World world = new World(Source.ETCD, replicas, damped, FLAPPING);
    int flapping = Math.max(1, shape.nodes() / 50);
    for (int i = 0; i < flapping; i++) {
      int[] node = {i * (shape.nodes() / flapping)};
      Duration cycle = UP.plus(CRASH);
      Duration first = cycle.multipliedBy(i).dividedBy(flapping);
      for (Duration at = first; at.compareTo(FLAPPING) < 0; at = at.plus(cycle)) {
        world.stop(node, at, CRASH);
        world.say(node, State.DOWN, at.plus(LEASE));
        world.say(node, State.UP, at.plus(CRASH));
      }
    }
    world.run();
    Traffic traffic = world.cluster.traffic();
    return String.format(
        Locale.ROOT,
        "| %d | %d | %s | %.0f | %.0f | %.0f | %.0f ms | %.1f GB |",
        flapping,
        replicas,
        damped ? "yes" : "no",
        world.watchers.changes(),
        millionths(traffic.refusedRequests(), traffic),
        millionths(traffic.readsStoodIn(), traffic),
        traffic.longestNanos() / 1e6,
        world.cluster.underStoreBytes() * parts() / 1e9);
  }

  /** One cluster on a clock of its own. */
  private final class World {

    /** Of members that are not up; those that are down are not in the view. */
    private final Map<Integer, State> states = new HashMap<>();

    private final Clock clock = new Clock();
    private final Watchers watchers;
    private final Cluster cluster;

    World(Source source, int replicas, boolean damped, Duration length) {
      watchers = new Watchers(shape, clock, view(), source.least, source.most, damped);
      cluster =
          new Cluster(
              shape,
              Hardware.of(shape),
              files,
              owners,
              new Cluster.Policy(replicas, true),
              Holders.all(files, owners, new Known(shape, shape.view()), replicas),
              clock,
              watchers::of);
      new Pace(cluster, clock, clients, files.count(), READS_A_SECOND, length.toNanos()).start();
    }

    void stop(int[] nodes, Duration at, Duration length) {
      for (int node : nodes) {
        cluster.outages().add(node, at.toNanos(), at.plus(length).toNanos());
      }
    }

    /** Has the source of members say in which state some are. */
    void say(int[] nodes, State state, Duration at) {
      clock.at(
          at.toNanos(),
          () -> {
            for (int node : nodes) {
              states.put(node, state);
            }
            watchers.change(view());
          });
    }

    /** As the source has it now. */
    private View view() {
      return new View(
          members.stream()
              .filter(member -> state(member) != State.DOWN)
              .map(member -> member.in(state(member)))
              .toList());
    }

    private State state(Member member) {
      return states.getOrDefault(shape.node(member), State.UP);
    }

    void run() {
      clock.run();
    }
  }
}

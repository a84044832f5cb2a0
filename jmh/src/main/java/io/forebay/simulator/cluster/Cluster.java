package io.forebay.simulator.cluster;

import io.forebay.Origin;
import io.forebay.simulator.cluster.Candidates.Candidate;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * Nodes that each have a trainer, a server and a disk, and the under-store behind them. A read goes
 * the way that a real one goes: to the servers that its client's view names, and from one that
 * lacks the file to where that one's own view says. A transfer takes its turn on each link of its
 * way independently, and ends when the last of them is done with it, as bytes do not wait for the
 * whole file on their way. Used by one thread.
 */
final class Cluster {

  /** So many asked in vain, and only one in some is asked, as {@code HandOver} has it. */
  private static final int IN_VAIN = 32;

  private static final int ONE_IN = 16;

  /** What is asked of the servers. */
  record Policy(int replicas, boolean handOver) {}

  private final Shape shape;
  private final Hardware hardware;
  private final Files files;
  private final Owners owners;
  private final Policy policy;
  private final Holders holders;
  private final Clock clock;
  private final IntFunction<Knowledge> knowledge;
  private final Outages outages;
  private final Link[] disks;
  private final Link[] in;
  private final Link[] out;
  private final Link[] zonesIn;
  private final Link[] zonesOut;
  private final Link underStore;
  private final Suspects[] servers;
  private final Candidates[] clients;
  private final Suspects[] clientSuspects;
  private final int[][] inFlight;
  private final int[] inVain;
  private final int[] asked;
  private final int[] changesKnown;
  private Traffic traffic = new Traffic();

  /**
   * @param holders which nodes have which files at the start
   * @param knowledge what a node knows of the members
   */
  Cluster(
      Shape shape,
      Hardware hardware,
      Files files,
      Owners owners,
      Policy policy,
      Holders holders,
      Clock clock,
      IntFunction<Knowledge> knowledge) {
    this.shape = shape;
    this.hardware = hardware;
    this.files = files;
    this.owners = owners;
    this.policy = policy;
    this.holders = holders;
    this.clock = clock;
    this.knowledge = knowledge;
    int nodes = shape.nodes();
    outages = new Outages(nodes);
    disks = links(nodes, node -> hardware.disk() * shape.weight(node));
    in = links(nodes, node -> hardware.network());
    out = links(nodes, node -> hardware.network());
    zonesIn = links(shape.zones(), zone -> hardware.zoneNetwork());
    zonesOut = links(shape.zones(), zone -> hardware.zoneNetwork());
    underStore = new Link(hardware.underStore());
    servers = new Suspects[nodes];
    clients = new Candidates[nodes];
    clientSuspects = new Suspects[nodes];
    inFlight = new int[nodes][nodes];
    inVain = new int[nodes];
    asked = new int[nodes];
    changesKnown = new int[nodes];
    for (int node = 0; node < nodes; node++) {
      servers[node] = new Suspects(outages);
      clientSuspects[node] = new Suspects(outages);
      clients[node] =
          new Candidates(
              shape, owners, node, policy.replicas, clientSuspects[node], inFlight[node]);
    }
  }

  private static Link[] links(int count, IntFunction<Double> bytesPerSecond) {
    Link[] links = new Link[count];
    Arrays.setAll(links, i -> new Link(bytesPerSecond.apply(i)));
    return links;
  }

  Outages outages() {
    return outages;
  }

  Traffic traffic() {
    return traffic;
  }

  long underStoreBytes() {
    return underStore.bytes();
  }

  /** Begins to count at zero. */
  void reset() {
    traffic = new Traffic();
    Stream.of(disks, in, out, zonesIn, zonesOut).flatMap(Arrays::stream).forEach(Link::reset);
    underStore.reset();
  }

  /** The kind of link that was at work for the largest part of a time, and how large that was. */
  Bound bound(long nanos) {
    return Stream.of(
            bound("under-store", nanos, underStore),
            bound("disk", nanos, disks),
            bound("network of a node, in", nanos, in),
            bound("network of a node, out", nanos, out),
            bound("network of a zone, in", nanos, zonesIn),
            bound("network of a zone, out", nanos, zonesOut))
        .max((a, b) -> Double.compare(a.share, b.share))
        .orElseThrow();
  }

  /**
   * The busiest of some links.
   *
   * @param share of the time
   */
  record Bound(String kind, double share) {}

  private static Bound bound(String kind, long nanos, Link... links) {
    long busiest = Arrays.stream(links).mapToLong(Link::busyNanos).max().orElse(0);
    return new Bound(kind, (double) busiest / nanos);
  }

  /** Has a node's trainer read a file. */
  void read(int client, int file, Runnable done) {
    new Read(client, file, done).ask();
  }

  private long halfTrip(int from, int to) {
    if (from == to) {
      return 0;
    }
    return (shape.zone(from) == shape.zone(to) ? hardware.inZone() : hardware.betweenZones())
            .toNanos()
        / 2;
  }

  /** Sends bytes from node to node. */
  private long send(int from, int to, long bytes) {
    long now = clock.now();
    if (from == to) {
      return now;
    }
    long end = Math.max(out[from].move(now, bytes), in[to].move(now, bytes));
    if (shape.zone(from) != shape.zone(to)) {
      end = Math.max(end, zonesOut[shape.zone(from)].move(now, bytes));
      end = Math.max(end, zonesIn[shape.zone(to)].move(now, bytes));
    }
    return end;
  }

  private long fromUnderStore(int node, long bytes) {
    long now = clock.now();
    return Math.max(underStore.move(now, bytes), in[node].move(now, bytes))
        + hardware.firstByte().toNanos();
  }

  /** Has a server get a file ready, wherever it is. */
  private long get(int server, int file, boolean alone) {
    if (holders.has(file, server)) {
      return disks[server].move(clock.now(), files.bytes(file));
    }
    long end = alone ? fromUnderStore(server, files.bytes(file)) : fetch(server, file);
    holders.add(file, server);
    return end;
  }

  /** As {@code io.forebay.server.Peers} looks for the nearest place. */
  private long fetch(int server, int file) {
    Knowledge known = knowledge.apply(server);
    long bytes = files.bytes(file);
    for (int owner : owners.of(known.current(), file, policy.replicas)) {
      if (owner == server) {
        break;
      }
      if (!servers[server].has(owner, clock.now())) {
        if (fails(server, owner)) {
          return fromUnderStore(server, bytes) + 2 * halfTrip(server, owner);
        }
        traffic.forwarded(bytes);
        long ready = get(owner, file, true);
        return Math.max(ready, send(owner, server, bytes)) + 2 * halfTrip(server, owner);
      }
    }
    if (!policy.handOver || isInVain(server, known)) {
      return fromUnderStore(server, bytes);
    }
    for (Known former : known.former()) {
      for (int owner : owners.of(former, file, policy.replicas)) {
        if (owner != server
            && known.current().has(owner)
            && !servers[server].has(owner, clock.now())) {
          return handOver(owner, server, file);
        }
      }
    }
    return fromUnderStore(server, bytes);
  }

  /** Whether former owners are not asked, because many did not have what they were asked for. */
  private boolean isInVain(int server, Knowledge known) {
    if (changesKnown[server] != known.changes()) {
      changesKnown[server] = known.changes();
      inVain[server] = 0;
    }
    return inVain[server] >= IN_VAIN && asked[server]++ % ONE_IN != 0;
  }

  private long handOver(int former, int server, int file) {
    long bytes = files.bytes(file);
    boolean has = !fails(server, former) && holders.has(file, former);
    inVain[server] = has ? 0 : Math.min(inVain[server] + 1, IN_VAIN);
    long trip = 2 * halfTrip(server, former);
    if (!has) {
      return fromUnderStore(server, bytes) + trip;
    }
    traffic.handedOver(bytes);
    return Math.max(get(former, file, true), send(former, server, bytes)) + trip;
  }

  private boolean fails(int server, int asked) {
    boolean down = outages.isDown(asked, clock.now());
    if (down) {
      servers[server].failed(asked, clock.now());
      traffic.refusedToServer();
    }
    return down;
  }

  /** One read of a trainer. */
  private final class Read {

    private final int client;
    private final int file;
    private final Runnable done;
    private final long began = clock.now();
    private final List<Candidate> candidates;
    private int next;

    Read(int client, int file, Runnable done) {
      this.client = client;
      this.file = file;
      this.done = done;
      Known view = knowledge.apply(client).current();
      this.candidates = clients[client].of(view, file, (int) files.id(file).low(), began);
    }

    void ask() {
      if (next == candidates.size()) {
        clock.at(fromUnderStore(client, files.bytes(file)), () -> end(Origin.UNDER_STORE));
        return;
      }
      int server = candidates.get(next).node();
      inFlight[client][server]++;
      clock.at(clock.now() + halfTrip(client, server), this::arrive);
    }

    private void arrive() {
      Candidate asked = candidates.get(next);
      int server = asked.node();
      if (outages.isDown(server, clock.now())) {
        inFlight[client][server]--;
        clientSuspects[client].failed(server, clock.now());
        traffic.refused();
        next++;
        clock.at(clock.now() + halfTrip(client, server), this::ask);
        return;
      }
      if (!asked.owner()) {
        traffic.stoodIn();
      }
      long ready = get(server, file, !asked.owner());
      long end = Math.max(ready, send(server, client, files.bytes(file)));
      clock.at(
          end + halfTrip(client, server),
          () -> {
            inFlight[client][server]--;
            end(asked.origin());
          });
    }

    private void end(Origin origin) {
      traffic.read(origin, files.bytes(file), clock.now() - began);
      done.run();
    }
  }
}

package io.forebay.read;

import io.forebay.Origin;
import io.forebay.file.FileId;
import io.forebay.placement.Member;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import io.forebay.wire.Access;
import io.forebay.wire.Address;
import io.forebay.wire.Reach;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The cache servers that a client knows: those of a view, which may be exchanged for another while
 * in use. Thread-safe.
 */
public final class Servers implements AutoCloseable {

  private static final View NOBODY = new View(List.of());

  /** Requests that one owner may have under way more than another and still be asked. */
  private static final int BURST = 4;

  /**
   * @param origin of what is read from it
   */
  private record Peer(ServerClient client, Origin origin) {}

  /** What follows from one view. */
  private record Cluster(Placement placement, long hash, Map<String, Peer> byName) {}

  /**
   * A server that may be asked for a part of a file.
   *
   * @param origin of what it answers
   * @param owner whether it is to have that part; otherwise it stands in for one that fails
   */
  record Candidate(ServerClient server, Origin origin, boolean owner) {

    /** One that stands in does not ask the owners again. */
    Reach reach() {
      return owner ? Reach.CLUSTER : Reach.UNDER_STORE;
    }
  }

  private static final long LOOK_MILLIS = 20;

  private final String own;
  private final Optional<String> ownAddress;
  private final Optional<String> zone;
  private final Access access;
  private final Duration patience;
  private final int seed = ThreadLocalRandom.current().nextInt();
  private volatile Cluster cluster = new Cluster(Placement.of(NOBODY), 0, Map.of());
  private volatile Runnable otherView = () -> {};

  private volatile Duration restart = Duration.ZERO;

  /** All are down, and one who waited for them did so in vain. */
  private volatile boolean gone;

  /**
   * @param view all servers
   * @param own the name of the one on this node; empty if there is none
   * @param ownAddress where to reach that one, if not as the others do
   * @param zone of this process, if it is not that of the server on this node
   * @param access what they ask for before they let this client in
   * @param patience the longest silence before a server counts as down
   */
  public Servers(
      View view,
      String own,
      Optional<String> ownAddress,
      Optional<String> zone,
      Access access,
      Duration patience) {
    this.own = own;
    this.access = access;
    this.ownAddress = ownAddress;
    this.zone = zone;
    this.patience = patience;
    use(view);
  }

  /**
   * @param otherView hears when a server says that it has another view than this process
   */
  public void onOtherView(Runnable otherView) {
    this.otherView = otherView;
  }

  /**
   * @param restart how long to wait for a server when all are down, instead of failing at once
   */
  public void outlast(Duration restart) {
    this.restart = restart;
  }

  /**
   * Goes over to another view. Requests under way end with the servers that they were sent to;
   * servers of both views keep their connections, and what is known of their failures.
   */
  public synchronized void use(View view) {
    Cluster before = cluster;
    if (view.equals(before.placement.view())) {
      return;
    }
    String here = zone.orElse(zoneOf(view, own));
    Map<String, Peer> byName = new LinkedHashMap<>();
    for (Member member : view.members()) {
      if (member.state() == Member.State.DOWN) {
        continue;
      }
      Address address = Address.parse(address(member));
      Peer known = before.byName.get(member.name());
      ServerClient client =
          known != null && known.client.address().equals(address)
              ? known.client
              : new ServerClient(address, access, patience, this::hear);
      byName.put(member.name(), new Peer(client, origin(member, here)));
    }
    cluster = new Cluster(Placement.of(view), view.hash(), byName);
    Set<ServerClient> kept = clients(byName).collect(Collectors.toSet());
    clients(before.byName).filter(client -> !kept.contains(client)).forEach(ServerClient::close);
  }

  private static Stream<ServerClient> clients(Map<String, Peer> byName) {
    return byName.values().stream().map(Peer::client);
  }

  private static String zoneOf(View view, String name) {
    return view.members().stream()
        .filter(member -> member.name().equals(name))
        .findFirst()
        .map(Member::zone)
        .orElse("");
  }

  private Origin origin(Member member, String here) {
    if (member.name().equals(own)) {
      return Origin.OWN_SERVER;
    }
    return !here.isEmpty() && here.equals(member.zone()) ? Origin.ZONE_SERVER : Origin.OTHER_SERVER;
  }

  private void hear(long view) {
    if (view != 0 && view != cluster.hash) {
      otherView.run();
    }
  }

  private String address(Member member) {
    return member.name().equals(own) ? ownAddress.orElse(member.address()) : member.address();
  }

  /** The longest silence before a server counts as down. */
  Duration patience() {
    return patience;
  }

  /** Where the present view places files. */
  public Placement placement() {
    return cluster.placement;
  }

  /** The present view. */
  public View view() {
    return cluster.placement.view();
  }

  /** A question that any server can answer. */
  @FunctionalInterface
  public interface Question<T> {
    T ask(ServerClient server) throws IOException;
  }

  /**
   * Asks the servers, this node's first, until one answers.
   *
   * @return empty when there is none that is up
   * @throws IOException when a server answered with an error, or all that were asked failed
   */
  public <T> Optional<T> askAny(Question<T> question) throws IOException {
    IOException failure = null;
    for (ServerClient server : nearestFirst()) {
      if (!server.isDown()) {
        try {
          return Optional.of(question.ask(server));
        } catch (IOException e) {
          if (ServerClient.isAnswer(e)) {
            throw e;
          }
          failure = e;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return Optional.empty();
  }

  /**
   * When all servers are down, waits until one is up again: a restart of the only one that has
   * something, or may ask the under-store for it, is no failure. Where that took too long, nobody
   * waits until one has been up.
   *
   * @return whether it is worth asking once more
   */
  boolean awaitReturn() throws InterruptedIOException {
    List<ServerClient> all = nearestFirst();
    if (all.isEmpty() || isAnyUp()) {
      gone = false;
      return false;
    }
    long deadline = System.nanoTime() + restart.toNanos();
    while (!gone && System.nanoTime() < deadline) {
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while all cache servers are down");
      }
      if (isAnyUp()) {
        return true;
      }
    }
    gone = true;
    return false;
  }

  private boolean isAnyUp() {
    return nearestFirst().stream().anyMatch(server -> !server.isDown());
  }

  /** Something that every server is to hear. */
  @FunctionalInterface
  public interface Telling {
    void tell(ServerClient server) throws IOException;
  }

  /**
   * Tells all servers, this node's first.
   *
   * @throws IOException when one could not be told, after all others were
   */
  void tellAll(Telling telling) throws IOException {
    tell(nearestFirst(), telling);
  }

  /**
   * Tells all servers but this node's.
   *
   * @throws IOException when one could not be told, after all others were
   */
  public void tellOthers(Telling telling) throws IOException {
    tell(nearestFirst().stream().filter(server -> !isOwn(server)).toList(), telling);
  }

  private static void tell(List<ServerClient> servers, Telling telling) throws IOException {
    IOException failure = null;
    for (ServerClient server : servers) {
      try {
        telling.tell(server);
      } catch (IOException e) {
        // The others are to hear of it all the same.
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * The servers to ask for a part of a file, best first, without those that are down: the nearest
   * owners, and of those the least busy, and then one more.
   */
  List<Candidate> candidates(FileId id, int extent, int replicas) {
    Cluster now = cluster;
    List<Candidate> found =
        up(now, now.placement.owners(id, extent, replicas + 1), replicas).toList();
    if (found.size() <= replicas) {
      found = up(now, now.placement.rank(id, extent), replicas).limit(replicas + 1L).toList();
    }
    return replicas == 1 ? found : spread(found, id);
  }

  private static Stream<Candidate> up(Cluster now, List<Member> ranked, int replicas) {
    return IntStream.range(0, ranked.size())
        .mapToObj(
            i -> {
              Peer peer = now.byName.get(ranked.get(i).name());
              return new Candidate(peer.client, peer.origin, i < replicas);
            })
        .filter(candidate -> !candidate.server.isDown());
  }

  /**
   * Owners at the same distance take turns by file, so that what is read in pieces is read from one
   * of them, and differ from client to client; one that is much busier than another is left alone.
   */
  private List<Candidate> spread(List<Candidate> candidates, FileId id) {
    List<Candidate> owners = candidates.stream().filter(Candidate::owner).toList();
    if (owners.size() < 2) {
      return candidates;
    }
    int idlest = owners.stream().mapToInt(c -> c.server.inFlight()).min().orElse(0);
    int turn = Math.floorMod((int) id.low() ^ seed, owners.size());
    List<Candidate> turned = new ArrayList<>(owners.subList(turn, owners.size()));
    turned.addAll(owners.subList(0, turn));
    turned.sort(
        Comparator.comparing(Candidate::origin)
            .thenComparingInt(c -> (c.server.inFlight() - idlest) / BURST));
    candidates.stream().filter(candidate -> !candidate.owner).forEach(turned::add);
    return turned;
  }

  /** Names of the servers that are to have a part of a file, whether they are up or not. */
  List<String> names(FileId id, int extent, int replicas) {
    return cluster.placement.owners(id, extent, replicas).stream().map(Member::name).toList();
  }

  /** All servers that own files, the best for a file first, without those that are down. */
  public List<ServerClient> ranked(FileId id) {
    return up(cluster.placement.rank(id, 0));
  }

  /** Those of some members that are here and up. */
  public List<ServerClient> up(List<Member> members) {
    Map<String, Peer> byName = cluster.byName;
    return members.stream()
        .map(member -> byName.get(member.name()))
        .filter(peer -> peer != null && !peer.client.isDown())
        .map(Peer::client)
        .toList();
  }

  /** The servers that are to have a part of a file, best first, whether they are up or not. */
  public List<ServerClient> owners(FileId id, int extent, int replicas) {
    Cluster now = cluster;
    return now.placement.owners(id, extent, replicas).stream()
        .map(member -> now.byName.get(member.name()).client)
        .toList();
  }

  /** Whether a server is this node's. */
  public boolean isOwn(ServerClient server) {
    return own().filter(mine -> mine == server).isPresent();
  }

  /** The server of this node, if there is one. */
  Optional<ServerClient> own() {
    return Optional.ofNullable(cluster.byName.get(own)).map(Peer::client);
  }

  /** All servers, this node's first, then those of this zone. */
  List<ServerClient> nearestFirst() {
    return cluster.byName.values().stream()
        .sorted(Comparator.comparing(Peer::origin))
        .map(Peer::client)
        .toList();
  }

  @Override
  public void close() {
    clients(cluster.byName).forEach(ServerClient::close);
  }
}

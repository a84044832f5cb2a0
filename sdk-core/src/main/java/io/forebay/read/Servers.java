package io.forebay.read;

import io.forebay.Origin;
import io.forebay.file.FileId;
import io.forebay.placement.Member;
import io.forebay.placement.Rendezvous;
import io.forebay.placement.View;
import io.forebay.wire.Access;
import io.forebay.wire.Address;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cache servers that a client knows: those of a view, which may be exchanged for another while
 * in use. Thread-safe.
 */
public final class Servers implements AutoCloseable {

  /** Servers asked for a file before the under-store is: the owner, and the next in rank. */
  private static final int TRIES = 2;

  /** What follows from one view. */
  private record Cluster(View view, Rendezvous placement, Map<String, ServerClient> byName) {}

  private final String own;
  private final Optional<String> ownAddress;
  private final Access access;
  private final Duration patience;
  private volatile Cluster cluster =
      new Cluster(new View(List.of()), new Rendezvous(List.of()), Map.of());

  /**
   * @param view all servers
   * @param own the name of the one on this node; empty if there is none
   * @param ownAddress where to reach that one, if not as the others do
   * @param access what they ask for before they let this client in
   * @param patience the longest silence before a server counts as down
   */
  public Servers(
      View view, String own, Optional<String> ownAddress, Access access, Duration patience) {
    this.own = own;
    this.access = access;
    this.ownAddress = ownAddress;
    this.patience = patience;
    use(view);
  }

  /**
   * Goes over to another view. Requests under way end with the servers that they were sent to;
   * servers of both views keep their connections, and what is known of their failures.
   */
  public synchronized void use(View view) {
    Cluster before = cluster;
    if (view.equals(before.view)) {
      return;
    }
    Map<String, ServerClient> byName = new LinkedHashMap<>();
    for (Member member : view.members()) {
      if (member.state() == Member.State.DOWN) {
        continue;
      }
      Address address = Address.parse(address(member));
      ServerClient known = before.byName.get(member.name());
      byName.put(
          member.name(),
          known != null && known.address().equals(address)
              ? known
              : new ServerClient(address, access, patience));
    }
    cluster = new Cluster(view, Rendezvous.of(view), byName);
    before.byName.values().stream()
        .filter(server -> !byName.containsValue(server))
        .forEach(ServerClient::close);
  }

  private String address(Member member) {
    return member.name().equals(own) ? ownAddress.orElse(member.address()) : member.address();
  }

  /** The present view. */
  public View view() {
    return cluster.view;
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

  /** The servers to ask for a file, best first, without those that are down. */
  List<ServerClient> candidates(FileId id) {
    Cluster now = cluster;
    List<ServerClient> first =
        now.placement.firstTwo(id).stream().map(member -> now.byName.get(member.name())).toList();
    return first.stream().noneMatch(ServerClient::isDown)
        ? first
        : ranked(id).stream().limit(TRIES).toList();
  }

  /** Names of the servers that are asked for a file, whether they are up or not. */
  List<String> names(FileId id) {
    return cluster.placement.firstTwo(id).stream().map(Member::name).toList();
  }

  /** All servers that own files, the best for a file first, without those that are down. */
  public List<ServerClient> ranked(FileId id) {
    return placed(id).filter(server -> !server.isDown()).toList();
  }

  /** The servers that are to have a file. */
  List<ServerClient> owners(FileId id, int replicas) {
    return placed(id).limit(replicas).toList();
  }

  private Stream<ServerClient> placed(FileId id) {
    Cluster now = cluster;
    return now.placement.rank(id).stream().map(member -> now.byName.get(member.name()));
  }

  /** Whether a server is this node's. */
  public boolean isOwn(ServerClient server) {
    return server == cluster.byName.get(own);
  }

  /** The server of this node, if there is one. */
  Optional<ServerClient> own() {
    return Optional.ofNullable(cluster.byName.get(own));
  }

  Origin origin(ServerClient server) {
    return isOwn(server) ? Origin.OWN_SERVER : Origin.OTHER_SERVER;
  }

  /** All servers, this node's first. */
  List<ServerClient> nearestFirst() {
    Cluster now = cluster;
    List<ServerClient> servers = new ArrayList<>(now.byName.values());
    ServerClient first = now.byName.get(own);
    if (first != null) {
      servers.remove(first);
      servers.add(0, first);
    }
    return servers;
  }

  @Override
  public void close() {
    cluster.byName.values().forEach(ServerClient::close);
  }
}

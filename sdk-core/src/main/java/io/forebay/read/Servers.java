package io.forebay.read;

import io.forebay.Origin;
import io.forebay.file.FileId;
import io.forebay.placement.Member;
import io.forebay.placement.Rendezvous;
import io.forebay.wire.Address;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The cache servers that a client knows. Immutable but for the connections; thread-safe. */
public final class Servers implements AutoCloseable {

  /** Servers asked for a file before the under-store is: the owner, and who would come next. */
  private static final int TRIES = 2;

  private final Map<String, ServerClient> byName = new LinkedHashMap<>();
  private final Rendezvous placement;
  private final String own;

  /**
   * @param members all servers
   * @param own the name of the one on this node; empty if there is none
   * @param ownAddress where to reach that one, if not as the others do
   * @param patience the longest silence before a server counts as down
   */
  public Servers(List<Member> members, String own, Optional<String> ownAddress, Duration patience) {
    this.own = own;
    this.placement = new Rendezvous(members);
    for (Member member : members) {
      String address =
          member.name().equals(own) ? ownAddress.orElse(member.address()) : member.address();
      byName.put(member.name(), new ServerClient(Address.parse(address), patience));
    }
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
    return ranked(id).stream().limit(TRIES).toList();
  }

  /** Names of the servers that are asked for a file, whether they are up or not. */
  List<String> names(FileId id) {
    return placement.rank(id).stream().limit(TRIES).map(Member::name).toList();
  }

  /** All servers, the best for a file first, without those that are down. */
  public List<ServerClient> ranked(FileId id) {
    return placement.rank(id).stream()
        .map(member -> byName.get(member.name()))
        .filter(server -> !server.isDown())
        .toList();
  }

  /** Whether a server is this node's. */
  public boolean isOwn(ServerClient server) {
    return server == byName.get(own);
  }

  /** The servers that are to have a file. */
  List<ServerClient> owners(FileId id, int replicas) {
    return placement.rank(id).stream()
        .limit(replicas)
        .map(member -> byName.get(member.name()))
        .toList();
  }

  /** The server of this node, if there is one. */
  Optional<ServerClient> own() {
    return Optional.ofNullable(byName.get(own));
  }

  Origin origin(ServerClient server) {
    return isOwn(server) ? Origin.OWN_SERVER : Origin.OTHER_SERVER;
  }

  /** All servers, this node's first. */
  List<ServerClient> nearestFirst() {
    List<ServerClient> servers = new ArrayList<>(byName.values());
    ServerClient first = byName.get(own);
    if (first != null) {
      servers.remove(first);
      servers.add(0, first);
    }
    return servers;
  }

  @Override
  public void close() {
    byName.values().forEach(ServerClient::close);
  }
}

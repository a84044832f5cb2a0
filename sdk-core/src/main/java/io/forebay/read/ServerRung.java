package io.forebay.read;

import io.forebay.FileStatus;
import io.forebay.Origin;
import io.forebay.Totals;
import io.forebay.file.FileVersion;
import io.forebay.plan.PlanUpdate;
import io.forebay.wire.Item;
import io.forebay.wire.Message;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The servers that placement names for a file: its owner, then the next. */
public final class ServerRung implements Rung {

  private static final Logger log = LoggerFactory.getLogger(ServerRung.class);

  private final String dataSet;
  private final Servers servers;
  private final Consumer<FileStatus> readElsewhere;

  /**
   * @param readElsewhere hears of files that another node's server is asked for
   */
  public ServerRung(String dataSet, Servers servers, Consumer<FileStatus> readElsewhere) {
    this.dataSet = dataSet;
    this.servers = servers;
    this.readElsewhere = readElsewhere;
  }

  @Override
  public Optional<Origin> read(FileVersion file, long offset, ByteBuffer target)
      throws IOException {
    int start = target.position();
    IOException failure = null;
    for (ServerClient server : servers.candidates(file.id())) {
      try {
        server.read(dataSet, new Item(file.status(), offset, target.remaining()), target);
        if (offset == 0) {
          readsFrom(server, file);
        }
        return Optional.of(servers.origin(server));
      } catch (IOException e) {
        if (Ladder.isFinal(e)) {
          throw e;
        }
        target.position(start);
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return Optional.empty();
  }

  @Override
  public void prefetch(List<FileVersion> files) throws IOException {
    List<Integer> all = IntStream.range(0, files.size()).boxed().toList();
    for (var part : byServer(files, all, new ArrayList<>()).entrySet()) {
      List<FileStatus> statuses = part.getValue().stream().map(i -> files.get(i).status()).toList();
      part.getKey().prefetch(dataSet, statuses);
    }
  }

  /** This node's server hears of what others own. */
  @Override
  public void bringNear(List<FileVersion> files, Optional<Totals> all) throws IOException {
    Optional<ServerClient> own = servers.own().filter(server -> !server.isDown());
    if (own.isEmpty()) {
      return;
    }
    List<FileStatus> others =
        files.stream()
            .filter(f -> servers.candidates(f.id()).stream().limit(1).noneMatch(servers::isOwn))
            .map(FileVersion::status)
            .toList();
    if (!others.isEmpty()) {
      own.get().readHere(new Message.ReadHere(dataSet, true, all, others));
    }
  }

  /** Each hears of what it owns; of what is done also those that own nothing of it. */
  @Override
  public boolean announce(Announcement announcement) {
    List<Integer> all = IntStream.range(0, announcement.files().size()).boxed().toList();
    Map<ServerClient, List<Integer>> parts = byServer(announcement.files(), all, new ArrayList<>());
    boolean unknown = false;
    for (ServerClient server : servers.nearestFirst()) {
      PlanUpdate part = announcement.part(parts.getOrDefault(server, List.of()));
      try {
        unknown |= !server.isDown() && server.plan(dataSet, part);
      } catch (IOException e) {
        log.debug("cannot send a plan to server {}", server.address(), e);
      }
    }
    return unknown;
  }

  /** At the servers that placement names, whether they are up or not: a load is no best effort. */
  @Override
  public boolean load(List<LoadRange> ranges, int replicas, LoadRange.Failures failures) {
    Map<ServerClient, List<Integer>> parts = new LinkedHashMap<>();
    for (int i = 0; i < ranges.size(); i++) {
      for (ServerClient server : servers.owners(ranges.get(i).file().id(), replicas)) {
        parts.computeIfAbsent(server, s -> new ArrayList<>()).add(i);
      }
    }
    parts.forEach(
        (server, indexes) -> {
          List<Item> items =
              indexes.stream()
                  .map(ranges::get)
                  .map(r -> new Item(r.file().status(), r.offset(), r.length()))
                  .toList();
          try {
            server.load(dataSet, items, (item, e) -> failures.failed(indexes.get(item), e));
          } catch (IOException e) {
            indexes.forEach(index -> failures.failed(index, e));
          }
        });
    return true;
  }

  /**
   * Groups files by the server that has the best claim to each.
   *
   * @param indexes of the files to group
   * @param without takes the indexes of files for which no server is up
   */
  Map<ServerClient, List<Integer>> byServer(
      List<FileVersion> files, List<Integer> indexes, List<Integer> without) {
    Map<ServerClient, List<Integer>> parts = new LinkedHashMap<>();
    for (int index : indexes) {
      List<ServerClient> candidates = servers.candidates(files.get(index).id());
      if (candidates.isEmpty()) {
        without.add(index);
      } else {
        parts.computeIfAbsent(candidates.get(0), s -> new ArrayList<>()).add(index);
      }
    }
    return parts;
  }

  /** Notes whom a file is read from. */
  void readsFrom(ServerClient server, FileVersion file) {
    if (!servers.isOwn(server)) {
      readElsewhere.accept(file.status());
    }
  }

  List<String> owners(FileVersion file) {
    return servers.names(file.id());
  }

  String dataSet() {
    return dataSet;
  }

  Origin origin(ServerClient server) {
    return servers.origin(server);
  }
}

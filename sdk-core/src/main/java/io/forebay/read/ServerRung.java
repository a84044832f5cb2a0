package io.forebay.read;

import io.forebay.Detour;
import io.forebay.FileStatus;
import io.forebay.Origin;
import io.forebay.Totals;
import io.forebay.file.FileVersion;
import io.forebay.placement.Placement;
import io.forebay.plan.PlanUpdate;
import io.forebay.read.Servers.Candidate;
import io.forebay.spec.Replicas;
import io.forebay.wire.Item;
import io.forebay.wire.Message;
import io.forebay.wire.PendingGet;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that placement names for a part of a file: its owners, the nearest first, then one
 * that stands in for them.
 */
public final class ServerRung implements Rung {

  private static final Logger log = LoggerFactory.getLogger(ServerRung.class);

  /** A server that lives gives a sign each second. */
  private static final long LEAST_SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

  private static final int SILENCE_SHARE = 4;

  private final String dataSet;
  private final Servers servers;
  private final Supplier<Replicas> replicas;
  private final HedgedRead hedged;
  private final Consumer<FileStatus> readElsewhere;

  /**
   * @param replicas of the data set, at present
   * @param readElsewhere hears of files that another node's server is asked for
   */
  public ServerRung(
      String dataSet,
      Servers servers,
      Supplier<Replicas> replicas,
      Consumer<FileStatus> readElsewhere) {
    this.dataSet = dataSet;
    this.servers = servers;
    this.replicas = replicas;
    this.hedged = new HedgedRead(servers.patience());
    this.readElsewhere = readElsewhere;
  }

  @Override
  public Optional<Served> read(FileVersion file, long offset, ByteBuffer target)
      throws IOException {
    long end = offset + target.remaining();
    if (end <= Placement.extentEnd(offset, file.size())) {
      return readPart(file, offset, target);
    }
    int limit = target.limit();
    Optional<Served> farthest = Optional.empty();
    for (long at = offset; at < end; ) {
      long partEnd = Math.min(end, Placement.extentEnd(at, file.size()));
      target.limit(target.position() + Math.toIntExact(partEnd - at));
      Optional<Served> served = readPart(file, at, target);
      target.limit(limit);
      if (served.isEmpty()) {
        return served;
      }
      farthest = farthest.map(f -> f.farther(served.get())).or(() -> served);
      at = partEnd;
    }
    return farthest;
  }

  /** Reads a range of one extent. */
  private Optional<Served> readPart(FileVersion file, long offset, ByteBuffer target)
      throws IOException {
    int start = target.position();
    IOException failure = null;
    List<Candidate> candidates = candidates(file, Placement.extent(offset));
    for (int i = 0; i < candidates.size(); i++) {
      Candidate asked = candidates.get(i);
      Item item = new Item(file.status(), offset, target.remaining());
      try {
        Candidate answered = asked;
        if (i + 1 < candidates.size() && candidates.get(i + 1).owner()) {
          answered = hedged.read(dataSet, item, target, asked, candidates.get(i + 1));
        } else {
          asked.server().read(dataSet, item, asked.reach(), target);
        }
        if (offset == 0) {
          readsFrom(answered, file);
        }
        return Optional.of(served(answered, !answered.equals(asked), failure != null));
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

  /** What a candidate's answer counts as. */
  static Served served(Candidate answered, boolean overtook, boolean afterFailure) {
    Optional<Detour> detour =
        overtook
            ? Optional.of(Detour.HEDGED)
            : afterFailure || !answered.owner()
                ? Optional.of(Detour.FAILED_OVER)
                : Optional.empty();
    return new Served(answered.origin(), detour);
  }

  private List<Candidate> candidates(FileVersion file, int extent) {
    return servers.candidates(file.id(), extent, replicas.get().of(file.path()));
  }

  @Override
  public void prefetch(List<FileVersion> files) throws IOException {
    for (var part : byServers(files, false).entrySet()) {
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
        files.stream().filter(f -> !isOwn(f)).map(FileVersion::status).toList();
    if (!others.isEmpty()) {
      own.get().readHere(new Message.ReadHere(dataSet, true, all, others));
    }
  }

  private boolean isOwn(FileVersion file) {
    return candidates(file, 0).stream().limit(1).anyMatch(c -> c.origin() == Origin.OWN_SERVER);
  }

  /** Each hears of what may be read from it; of what is done also those that are not read from. */
  @Override
  public boolean announce(Announcement announcement) {
    Map<ServerClient, List<Integer>> parts = byServers(announcement.files(), true);
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
    Map<ServerClient, List<LoadPart>> parts = new LinkedHashMap<>();
    for (int i = 0; i < ranges.size(); i++) {
      LoadRange range = ranges.get(i);
      FileVersion file = range.file();
      long end = range.offset() + range.length();
      int count = Math.max(replicas, this.replicas.get().of(file.path()));
      for (long at = range.offset(); at < end || at == range.offset(); ) {
        long partEnd = Math.min(end, Placement.extentEnd(at, file.size()));
        LoadPart part = new LoadPart(i, new Item(file.status(), at, partEnd - at));
        for (ServerClient server : servers.owners(file.id(), Placement.extent(at), count)) {
          parts.computeIfAbsent(server, s -> new ArrayList<>()).add(part);
        }
        at = Math.max(partEnd, at + 1);
      }
    }
    parts.forEach((server, some) -> load(server, some, failures));
    return true;
  }

  /**
   * What a server is to load.
   *
   * @param range its index
   */
  private record LoadPart(int range, Item item) {}

  private void load(ServerClient server, List<LoadPart> parts, LoadRange.Failures failures) {
    try {
      server.load(
          dataSet,
          parts.stream().map(LoadPart::item).toList(),
          (item, e) -> failures.failed(parts.get(item).range, e));
    } catch (IOException e) {
      parts.forEach(part -> failures.failed(part.range, e));
    }
  }

  /**
   * Groups files by the servers that are to be asked for each; of large files for each extent.
   *
   * @param allOwners whether each file is in the groups of all that it may be read from
   * @return indexes of the files
   */
  private Map<ServerClient, List<Integer>> byServers(List<FileVersion> files, boolean allOwners) {
    Map<ServerClient, List<Integer>> parts = new LinkedHashMap<>();
    for (int index = 0; index < files.size(); index++) {
      FileVersion file = files.get(index);
      Set<ServerClient> asked = new LinkedHashSet<>();
      for (int extent = 0; extent <= Placement.extent(Math.max(0, file.size() - 1)); extent++) {
        List<Candidate> candidates = candidates(file, extent);
        candidates.stream().limit(1).forEach(c -> asked.add(c.server()));
        candidates.stream().filter(c -> allOwners && c.owner()).forEach(c -> asked.add(c.server()));
      }
      for (ServerClient server : asked) {
        parts.computeIfAbsent(server, s -> new ArrayList<>()).add(index);
      }
    }
    return parts;
  }

  /**
   * Groups files by the server that is to be asked for each.
   *
   * @param indexes of the files to group
   * @param without takes the indexes of files for which no server is up, or no single one
   */
  Map<Candidate, List<Integer>> byServer(
      List<FileVersion> files, List<Integer> indexes, List<Integer> without) {
    Map<Candidate, List<Integer>> parts = new LinkedHashMap<>();
    for (int index : indexes) {
      FileVersion file = files.get(index);
      List<Candidate> candidates = candidates(file, 0);
      if (candidates.isEmpty() || file.size() > Placement.EXTENT_BYTES) {
        without.add(index);
      } else {
        parts.computeIfAbsent(candidates.get(0), s -> new ArrayList<>()).add(index);
      }
    }
    return parts;
  }

  /**
   * Has a read of many files given up when its server is silent for so long that it is likely to be
   * stopped or cut off: where files have other owners, these are asked one by one.
   */
  LateReads.Watch watch(PendingGet answer) {
    long longest =
        replicas.get().most() > 1
            ? Math.max(LEAST_SILENCE_NANOS, servers.patience().toNanos() / SILENCE_SHARE)
            : Long.MAX_VALUE; // the connection's own patience ends it, and the server is down
    return LateReads.watch(answer, longest, answer::giveUpSilent);
  }

  /** Notes whom a file is read from. */
  void readsFrom(Candidate server, FileVersion file) {
    if (server.origin() != Origin.OWN_SERVER) {
      readElsewhere.accept(file.status());
    }
  }

  /** {@link Servers#awaitReturn}. */
  boolean awaitReturn() throws InterruptedIOException {
    return servers.awaitReturn();
  }

  /** Names of the servers that are to have the first extent of a file, best first. */
  List<String> owners(FileVersion file) {
    return servers.names(file.id(), 0, replicas.get().of(file.path()));
  }

  String dataSet() {
    return dataSet;
  }
}

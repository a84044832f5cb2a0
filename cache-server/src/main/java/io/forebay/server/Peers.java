package io.forebay.server;

import io.forebay.FileStatus;
import io.forebay.SnapshotRefusedException;
import io.forebay.file.FileId;
import io.forebay.file.FileVersion;
import io.forebay.membership.Membership;
import io.forebay.node.NodePeers;
import io.forebay.placement.Member;
import io.forebay.placement.Placement;
import io.forebay.placement.View;
import io.forebay.read.Servers;
import io.forebay.snapshot.SnapshotStore;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.SnapshotId;
import io.forebay.spec.SnapshotTolerance;
import io.forebay.understore.AnnouncedMount;
import io.forebay.wire.Access;
import io.forebay.wire.Reach;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The other servers, asked over the wire. Thread-safe. */
final class Peers implements NodePeers, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Peers.class);

  /** A server that takes over a snapshot of millions of names says nothing until it is done. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Whoever copies a file can do without it. */
  private static final Duration READ_PATIENCE = Duration.ofSeconds(5);

  private final String own;
  private final Servers servers;
  private final Servers read;
  private final HandOver handOver = new HandOver(System::nanoTime);

  /**
   * @param membership has all servers, and is looked at again when one has another view
   * @param own the name of this one
   * @param access what the others ask for
   */
  Peers(Membership membership, String own, Access access) {
    View view = membership.view();
    this.own = own;
    servers = new Servers(view, own, Optional.empty(), Optional.empty(), access, PATIENCE);
    read = new Servers(view, own, Optional.empty(), Optional.empty(), access, READ_PATIENCE);
    read.onOtherView(membership::refresh);
    handOver.remember(
        Placement.of(
            new View(view.members().stream().filter(m -> !m.name().equals(own)).toList())));
  }

  /** Goes over to another view. */
  void use(View view) {
    if (!view.equals(read.view())) {
      handOver.remember(read.placement());
    }
    servers.use(view);
    read.use(view);
  }

  @Override
  public boolean owns(FileId file, int extent, int replicas) {
    return read.placement().owns(own, file, extent, replicas);
  }

  /** Of the owners before this one the first has what it owns, or gets it for all. */
  @Override
  public Optional<InputStream> nearer(FileVersion file, long offset, long length, int replicas) {
    int extent = Placement.extent(offset);
    for (ServerClient owner : read.owners(file.id(), extent, replicas)) {
      if (read.isOwn(owner)) {
        break;
      }
      if (!owner.isDown()) {
        return Optional.of(stream(owner, Reach.UNDER_STORE, file, offset, length));
      }
    }
    return former(file, offset, length, replicas);
  }

  /** All of them are asked in turn: of several owners, one may have all the readers. */
  @Override
  public Optional<InputStream> former(FileVersion file, long offset, long length, int replicas) {
    int extent = Placement.extent(offset);
    List<InputStream> answers =
        handOver.placements().stream()
            .flatMap(former -> read.up(former.owners(file.id(), extent, replicas)).stream())
            .filter(owner -> !read.isOwn(owner))
            .distinct()
            .limit(HandOver.MOST)
            .map(owner -> stream(owner, Reach.CACHE, file, offset, length))
            .toList();
    return answers.isEmpty() ? Optional.empty() : Optional.of(handOver.first(answers));
  }

  private static InputStream stream(
      ServerClient from, Reach reach, FileVersion file, long offset, long length) {
    return new PeerStream(from, file.dataSet(), reach, file.status(), offset, length);
  }

  /** Where the present view places files. */
  Placement placement() {
    return read.placement();
  }

  /** Who is to have a part of a file now and was not before; without those that are down. */
  List<ServerClient> heirs(Placement before, FileId file, int extent, int replicas) {
    List<Member> owned = before.owners(file, extent, replicas);
    List<Member> inherits =
        placement().owners(file, extent, replicas).stream()
            .filter(m -> owned.stream().noneMatch(o -> o.name().equals(m.name())))
            .toList();
    return servers.up(inherits);
  }

  @Override
  public void replicate(String dataSet, String pattern, int count) throws IOException {
    servers.tellOthers(server -> server.replicate(dataSet, pattern, count));
  }

  @Override
  public Optional<SnapshotId> latest(
      DataSetSpec dataSet,
      Duration maxAge,
      SnapshotTolerance acceptance,
      SnapshotStore snapshotStore,
      LongConsumer progress)
      throws SnapshotRefusedException {
    String name = dataSet.name();
    for (ServerClient server : ranked(name)) {
      if (servers.isOwn(server)) {
        return Optional.empty();
      }
      try {
        if (hasSameMounts(server, dataSet)) {
          SnapshotId id = new SnapshotId(server.snapshot(name, maxAge, acceptance, progress));
          take(server, name, id, snapshotStore);
          return Optional.of(id);
        }
      } catch (SnapshotRefusedException e) {
        throw e; // another server would find the same
      } catch (IOException e) {
        log.warn("server {} cannot list '{}': {}", server.address(), name, e.getMessage());
      }
    }
    return Optional.empty();
  }

  @Override
  public void fetch(String dataSet, SnapshotId id, SnapshotStore snapshotStore) throws IOException {
    for (ServerClient server : ranked(dataSet)) {
      if (!servers.isOwn(server)) {
        try {
          take(server, dataSet, id, snapshotStore);
          return;
        } catch (IOException e) {
          log.debug("server {} has no snapshot {} of '{}'", server.address(), id, dataSet, e);
        }
      }
    }
  }

  private static void take(
      ServerClient from, String dataSet, SnapshotId id, SnapshotStore snapshotStore)
      throws IOException {
    snapshotStore.take(
        id, (offset, target) -> from.readSnapshot(dataSet, id.text(), offset, target));
  }

  private List<ServerClient> ranked(String dataSet) {
    return servers.ranked(FileVersion.of(dataSet, FileStatus.directory("")).id());
  }

  @Override
  public void use(DataSetSpec dataSet, SnapshotId id) throws IOException {
    servers.tellOthers(
        server -> {
          if (hasSameMounts(server, dataSet)) {
            server.useSnapshot(dataSet.name(), id.text());
          }
        });
  }

  @Override
  public int nodes() {
    return Math.max(1, servers.view().members().size());
  }

  @Override
  public InputStream open(String dataSet, FileStatus file, long offset, long length)
      throws IOException {
    FileVersion version = FileVersion.of(dataSet, file);
    ServerClient owner =
        read.owners(version.id(), Placement.extent(offset), 1).stream()
            .filter(server -> !read.isOwn(server) && !server.isDown())
            .findFirst()
            .orElseThrow(() -> new IOException("its owner is not another server that is up"));
    return stream(owner, Reach.UNDER_STORE, version, offset, length);
  }

  /** Only roots and paths are compared: options such as time-outs may differ. */
  private static boolean hasSameMounts(ServerClient server, DataSetSpec dataSet)
      throws IOException {
    boolean same =
        places(dataSet.mounts().stream().map(AnnouncedMount::of))
            .equals(places(server.open(dataSet.name()).mounts().stream()));
    if (!same) {
      log.warn(
          "server {} has other mounts of '{}' than this server; apply the same manifest"
              + " to both",
          server.address(),
          dataSet.name());
    }
    return same;
  }

  private static List<String> places(Stream<AnnouncedMount> mounts) {
    return mounts.map(m -> m.path() + " " + m.root()).toList();
  }

  @Override
  public void close() {
    servers.close();
    read.close();
  }
}

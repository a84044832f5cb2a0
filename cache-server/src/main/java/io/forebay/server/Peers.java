package io.forebay.server;

import io.forebay.FileStatus;
import io.forebay.SnapshotRefusedException;
import io.forebay.file.FileVersion;
import io.forebay.node.NodePeers;
import io.forebay.placement.View;
import io.forebay.read.Servers;
import io.forebay.snapshot.SnapshotStore;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.SnapshotId;
import io.forebay.spec.SnapshotTolerance;
import io.forebay.understore.AnnouncedMount;
import io.forebay.wire.Access;
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

  private final Servers servers;
  private final Servers read;

  /**
   * @param view all servers
   * @param own the name of this one
   * @param access what the others ask for
   */
  Peers(View view, String own, Access access) {
    servers = new Servers(view, own, Optional.empty(), access, PATIENCE);
    read = new Servers(view, own, Optional.empty(), access, READ_PATIENCE);
  }

  /** Goes over to another view. */
  void use(View view) {
    servers.use(view);
    read.use(view);
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
    ServerClient owner =
        read.ranked(FileVersion.of(dataSet, file).id()).stream()
            .findFirst()
            .filter(server -> !read.isOwn(server))
            .orElseThrow(() -> new IOException("its owner is not another server that is up"));
    return new PeerStream(owner, dataSet, file, offset, length);
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

package io.forebay.read;

import io.forebay.FileStatus;
import io.forebay.Totals;
import io.forebay.metadata.Catalog;
import io.forebay.metadata.Namespace;
import io.forebay.snapshot.SnapshotName;
import io.forebay.understore.TreeListing;
import io.forebay.wire.Message;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A client's catalogue: the node's shared namespace, or this process's near cache where that cannot
 * be opened; then the servers; then the under-store directly.
 */
public final class RemoteCatalog implements Catalog {

  private final String dataSet;
  private final Namespace namespace;
  private final Servers servers;
  private final DirectAccess direct;

  public RemoteCatalog(String dataSet, Namespace namespace, Servers servers, DirectAccess direct) {
    this.dataSet = dataSet;
    this.namespace = namespace;
    this.servers = servers;
    this.direct = direct;
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    Optional<FileStatus> known = namespace.stat(dataSet, path);
    if (known.isPresent()) {
      return known.get();
    }
    FileStatus status = anyServer(server -> server.stat(dataSet, path)).orElse(null);
    if (status == null) {
      status = direct.store().stat(path);
    }
    namespace.put(dataSet, status);
    return status;
  }

  @Override
  public List<FileStatus> list(String directory) throws IOException {
    Optional<List<FileStatus>> known = namespace.list(dataSet, directory);
    if (known.isPresent()) {
      return known.get();
    }
    List<FileStatus> entries = anyServer(server -> server.list(dataSet, directory)).orElse(null);
    if (entries == null) {
      entries = TreeListing.list(direct.store(), directory);
    }
    namespace.putListing(dataSet, directory, entries);
    return entries;
  }

  @Override
  public void changed(String path) throws IOException {
    tellAll(server -> server.changed(dataSet, path), () -> namespace.forget(dataSet, path));
  }

  @Override
  public Optional<Totals> totals() throws IOException {
    return anyServer(server -> server.open(dataSet)).flatMap(Message.Opened::totals);
  }

  /** Of a snapshot's names there is one. */
  @Override
  public long epoch() {
    return namespace.epoch(dataSet);
  }

  @Override
  public void refresh() throws IOException {
    boolean[] done = {false};
    tellAll(server -> done[0] = done[0] || server.refresh(dataSet), () -> namespace.clear(dataSet));
  }

  /**
   * @param own what this process does itself; last, so that nothing old comes back from a server
   *     that had not been told yet
   */
  private void tellAll(Servers.Telling telling, Runnable own) throws IOException {
    try {
      servers.tellAll(telling);
    } finally {
      own.run();
    }
  }

  /** What the first server that is up says; empty when the under-store must be asked. */
  private <T> Optional<T> anyServer(Servers.Question<T> question) throws IOException {
    try {
      Optional<T> answer = servers.askAny(question);
      if (answer.isEmpty() && SnapshotName.parse(dataSet).snapshot().isPresent()) {
        throw new IOException(
            "no cache server answers, and only they have the snapshot " + dataSet);
      }
      return answer;
    } catch (IOException e) {
      if (Ladder.isFinal(e) || SnapshotName.parse(dataSet).snapshot().isPresent()) {
        throw e; // the under-store knows of no snapshots
      }
      try {
        direct.store();
      } catch (IOException noAccess) {
        e.addSuppressed(noAccess);
        throw e;
      }
      return Optional.empty();
    }
  }
}

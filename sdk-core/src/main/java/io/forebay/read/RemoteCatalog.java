package io.forebay.read;

import io.forebay.FileStatus;
import io.forebay.Totals;
import io.forebay.metadata.Catalog;
import io.forebay.metadata.CatalogCache;
import io.forebay.metadata.Namespace;
import io.forebay.spec.SnapshotName;
import io.forebay.understore.TreeListing;
import io.forebay.understore.UnderStore;
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
  private final CatalogCache answers;
  private final Servers servers;
  private final DirectAccess direct;

  public RemoteCatalog(String dataSet, Namespace namespace, Servers servers, DirectAccess direct) {
    this.dataSet = dataSet;
    this.namespace = namespace;
    this.answers = new CatalogCache(dataSet, namespace);
    this.servers = servers;
    this.direct = direct;
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    return answers.stat(
        path, () -> ask(server -> server.stat(dataSet, path), store -> store.stat(path)));
  }

  @Override
  public List<FileStatus> list(String directory) throws IOException {
    return answers.list(
        directory,
        () ->
            ask(
                server -> server.list(dataSet, directory),
                store -> TreeListing.list(store, directory)));
  }

  @Override
  public void changed(String path) throws IOException {
    tellAll(server -> server.changed(dataSet, path), () -> namespace.forget(dataSet, path));
  }

  @Override
  public Optional<Totals> totals() throws IOException {
    return ask(server -> server.open(dataSet).totals(), store -> Optional.empty());
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
    answers.change(
        () -> {
          try {
            servers.tellAll(telling);
          } finally {
            own.run();
          }
        });
  }

  /** A question to the under-store itself. */
  private interface DirectQuestion<T> {
    T ask(UnderStore store) throws IOException;
  }

  /** Asks once more when all servers were down and one is up again. */
  private <T> T ask(Servers.Question<T> question, DirectQuestion<T> last) throws IOException {
    try {
      return askNow(question, last);
    } catch (IOException e) {
      if (Ladder.isFinal(e) || !servers.awaitReturn()) {
        throw e;
      }
      return askNow(question, last);
    }
  }

  /**
   * Asks the servers, then the under-store.
   *
   * @throws IOException what went wrong first, with what went wrong later suppressed in it; where
   *     there was no server to ask, it says what keeps the under-store from answering as well
   */
  private <T> T askNow(Servers.Question<T> question, DirectQuestion<T> last) throws IOException {
    IOException failure;
    boolean unasked = false;
    try {
      Optional<T> answer = servers.askAny(question);
      if (answer.isPresent()) {
        return answer.get();
      }
      unasked = true;
      failure = new IOException(silence());
    } catch (IOException e) {
      failure = e;
    }
    if (Ladder.isFinal(failure) || SnapshotName.parse(dataSet).snapshot().isPresent()) {
      throw failure; // the under-store knows of no snapshots
    }
    try {
      return last.ask(direct.store());
    } catch (IOException e) {
      if (Ladder.isFinal(e)) {
        e.addSuppressed(failure);
        throw e;
      }
      if (unasked) {
        throw new IOException(silence() + ", and its under-store neither: " + e.getMessage(), e);
      }
      failure.addSuppressed(e);
      throw failure;
    }
  }

  private String silence() {
    return "no cache server answers for data set '" + dataSet + "'";
  }
}

package io.forebay.metadata;

import io.forebay.FileStatus;
import io.forebay.Totals;
import io.forebay.understore.TreeListing;
import io.forebay.understore.UnderStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A catalogue that remembers in a namespace what the under-store said. What it remembers stays
 * until {@link #refresh()}: a trainer sees the same files in every epoch.
 */
public final class UnderStoreCatalog implements Catalog {

  private final String dataSet;
  private final UnderStore underStore;
  private final Namespace namespace;
  private final CatalogCache answers;

  /**
   * @param answers of the data set, in that namespace
   */
  public UnderStoreCatalog(
      String dataSet, UnderStore underStore, Namespace namespace, CatalogCache answers) {
    this.answers = answers;
    this.dataSet = dataSet;
    this.underStore = underStore;
    this.namespace = namespace;
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    return answers.stat(path, () -> ask(path));
  }

  @Override
  public List<FileStatus> list(String directory) throws IOException {
    return answers.list(directory, () -> askForList(directory));
  }

  /** What the under-store says now; not remembered. */
  public FileStatus ask(String path) throws IOException {
    return underStore.stat(path);
  }

  /** What the under-store lists now; not remembered. */
  public List<FileStatus> askForList(String directory) throws IOException {
    return TreeListing.list(underStore, directory);
  }

  @Override
  public void changed(String path) throws IOException {
    answers.change(() -> namespace.forget(dataSet, path));
  }

  @Override
  public Optional<Totals> totals() {
    return Optional.empty();
  }

  @Override
  public long epoch() {
    return namespace.epoch(dataSet);
  }

  @Override
  public void refresh() throws IOException {
    answers.change(() -> namespace.clear(dataSet));
  }
}

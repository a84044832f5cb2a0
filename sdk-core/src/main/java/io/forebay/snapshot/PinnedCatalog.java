package io.forebay.snapshot;

import io.forebay.FileStatus;
import io.forebay.Totals;
import io.forebay.metadata.Catalog;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;

/** The names of one snapshot, whatever the data set has become since. Thread-safe. */
public final class PinnedCatalog implements Catalog {

  private final String dataSet;
  private final Snapshot snapshot;

  public PinnedCatalog(String dataSet, Snapshot snapshot) {
    this.dataSet = dataSet;
    this.snapshot = snapshot;
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    try {
      return snapshot.stat(path);
    } catch (NoSuchFileException e) {
      throw named(path, e);
    }
  }

  @Override
  public List<FileStatus> list(String directory) throws IOException {
    try {
      return snapshot.list(directory);
    } catch (NoSuchFileException e) {
      throw named(directory, e);
    }
  }

  private NoSuchFileException named(String path, NoSuchFileException e) {
    return new NoSuchFileException(dataSet + "/" + path, null, e.getReason());
  }

  /** It never changes. */
  @Override
  public void changed(String path) {}

  @Override
  public Optional<Totals> totals() {
    return Optional.of(snapshot.info().totals());
  }

  /** There is nothing newer to it. */
  @Override
  public long epoch() {
    return 0;
  }

  @Override
  public void refresh() {}
}

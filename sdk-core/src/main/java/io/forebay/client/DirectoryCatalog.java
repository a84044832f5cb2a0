package io.forebay.client;

import io.forebay.FileStatus;
import io.forebay.Totals;
import io.forebay.metadata.Catalog;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The names of one directory of a data set, as if it were a data set of its own.
 *
 * @param whole the names of the data set
 * @param directory empty for its root
 */
record DirectoryCatalog(Catalog whole, String directory) implements Catalog {

  /** The path in the data set. */
  String outer(String path) {
    return directory.isEmpty() ? path : path.isEmpty() ? directory : directory + "/" + path;
  }

  /** The status in the data set. */
  FileStatus outer(FileStatus status) {
    return named(status, outer(status.path()));
  }

  private FileStatus inner(FileStatus status) {
    return named(
        status,
        directory.isEmpty()
            ? status.path()
            : status.path().substring(Math.min(status.path().length(), directory.length() + 1)));
  }

  private static FileStatus named(FileStatus status, String path) {
    return path.equals(status.path())
        ? status
        : new FileStatus(path, status.directory(), status.size(), status.modified(), status.etag());
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    return inner(whole.stat(outer(path)));
  }

  @Override
  public List<FileStatus> list(String path) throws IOException {
    List<FileStatus> children = whole.list(outer(path));
    return directory.isEmpty() ? children : children.stream().map(this::inner).toList();
  }

  @Override
  public void changed(String path) throws IOException {
    whole.changed(outer(path));
  }

  /** Snapshots do not count by directory. */
  @Override
  public Optional<Totals> totals() throws IOException {
    return directory.isEmpty() ? whole.totals() : Optional.empty();
  }

  @Override
  public long epoch() {
    return whole.epoch();
  }

  @Override
  public void refresh() throws IOException {
    whole.refresh();
  }
}

package io.forebay.dataset.nio;

import io.forebay.DataSet;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** A data set. Thread-safe. */
final class ForebayFileSystem extends FileSystem {

  private final ForebayFileSystemProvider provider;
  private final DataSet dataSet;
  private final boolean writable;
  private final Closeable atTheEnd;
  private final AtomicBoolean open = new AtomicBoolean(true);

  ForebayFileSystem(
      ForebayFileSystemProvider provider, DataSet dataSet, boolean writable, Closeable atTheEnd) {
    this.provider = provider;
    this.dataSet = dataSet;
    this.writable = writable;
    this.atTheEnd = atTheEnd;
  }

  /**
   * @throws ClosedFileSystemException when this was closed
   */
  DataSet dataSet() {
    if (!open.get()) {
      throw new ClosedFileSystemException();
    }
    return dataSet;
  }

  void requireWritable() {
    if (!writable) {
      throw new ReadOnlyFileSystemException();
    }
  }

  @Override
  public ForebayFileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() throws IOException {
    if (open.getAndSet(false)) {
      atTheEnd.close();
    }
  }

  @Override
  public boolean isOpen() {
    return open.get();
  }

  @Override
  public boolean isReadOnly() {
    return !writable;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(new ForebayPath(this, "/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of(new DataSetStore(this));
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public ForebayPath getPath(String first, String... more) {
    StringBuilder path = new StringBuilder(first);
    for (String each : more) {
      if (!each.isEmpty()) {
        if (!path.isEmpty()) {
          path.append('/');
        }
        path.append(each);
      }
    }
    return new ForebayPath(this, path.toString());
  }

  /** Names look like those of the machine's own files, so its patterns do, too. */
  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher(syntaxAndPattern);
    return path -> matcher.matches(Path.of(path.toString()));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("files of a data set have no owners");
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException(
        "a data set changes by snapshots; compare DataSet.metadataVersion() instead");
  }
}

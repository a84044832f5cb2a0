package io.forebay.client;

import io.forebay.DataFile;
import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.ReadOrder;
import io.forebay.ReadStats;
import io.forebay.Totals;
import io.forebay.control.CacheControl;
import io.forebay.file.DataPath;
import io.forebay.file.FileVersion;
import io.forebay.read.Announcement;
import io.forebay.read.DirectAccess;
import io.forebay.read.Ladder;
import io.forebay.read.LoadRange;
import io.forebay.understore.TreeListing;
import io.forebay.understore.UnderStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A data set whose names come from a catalogue, and whose bytes from the ladder. */
final class ClientDataSet implements DataSet, CacheControl {

  /**
   * Resident files from this size on are mapped, smaller ones copied: mapping, faulting in and
   * unmapping a small file costs more than the copy (measured in jmh's ResidentReads).
   */
  private static final long MAP_BYTES = 1 << 20;

  private final String name;
  private final DirectoryCatalog catalog;
  private final Ladder ladder;
  private final Optional<DirectAccess> writable;
  private final Executor listers;
  private final AsyncReads asyncReads;

  /**
   * @param name by which the cache knows it
   * @param catalog its names, or those of one of its directories
   * @param writable where writes go to; empty for a snapshot or a reference
   */
  ClientDataSet(
      String name,
      DirectoryCatalog catalog,
      Ladder ladder,
      Optional<DirectAccess> writable,
      Executor listers,
      AsyncReads asyncReads) {
    this.name = name;
    this.catalog = catalog;
    this.ladder = ladder;
    this.writable = writable;
    this.listers = listers;
    this.asyncReads = asyncReads;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<FileStatus> list(String directory) throws IOException {
    return catalog().list(DataPath.normalize(directory));
  }

  @Override
  public void walk(String directory, FileVisitor visitor) throws IOException {
    TreeListing.visit(
        catalog()::list,
        DataPath.normalize(directory),
        listers,
        ClientForebay.WALK_WIDTH,
        (listed, children) -> {
          for (FileStatus child : children) {
            if (!child.directory()) {
              visitor.visit(child);
            }
          }
        });
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    return catalog().stat(DataPath.normalize(path));
  }

  @Override
  public DataFile open(FileStatus file) throws IOException {
    return new ClientFile(fileVersion(file), ladder);
  }

  @Override
  public ByteBuffer read(FileStatus file) throws IOException {
    if (file.size() >= MAP_BYTES) {
      Optional<ByteBuffer> mapped = map(file, true);
      if (mapped.isPresent()) {
        return mapped.get();
      }
    }
    return DataSet.super.read(file);
  }

  @Override
  public CompletableFuture<ByteBuffer> readAsync(String path) {
    return asyncReads.start(() -> read(path));
  }

  @Override
  public CompletableFuture<ByteBuffer> readAsync(FileStatus file) {
    return asyncReads.start(() -> read(file));
  }

  @Override
  public void read(FileStatus file, long offset, ByteBuffer target) throws IOException {
    ladder.read(fileVersion(file), offset, target);
  }

  @Override
  public Optional<ByteBuffer> map(FileStatus file) {
    return map(file, false);
  }

  private Optional<ByteBuffer> map(FileStatus file, boolean loaded) {
    return file.size() > Integer.MAX_VALUE
        ? Optional.empty()
        : ladder.mapResident(version(file), loaded);
  }

  @Override
  public Optional<Path> resident(FileStatus file) {
    FileVersion version = version(file);
    Optional<Path> found = ladder.findResident(version);
    if (found.isPresent()) {
      ladder.countResident(version, 0, file.size());
    }
    return found;
  }

  @Override
  public Place place(FileStatus file) {
    FileVersion version = version(file);
    return new Place(ladder.findTier(version), ladder.owners(version));
  }

  @Override
  public ReadStats readStats() {
    return ladder.counts();
  }

  @Override
  public void readAll(List<String> paths, ReadOrder order, FileConsumer consumer)
      throws IOException {
    List<FileVersion> files = versions(paths);
    ladder.readMany(files, order, (index, bytes) -> consumer.accept(paths.get(index), bytes));
  }

  @Override
  public void prefetch(List<String> paths) throws IOException {
    ladder.prefetch(versions(paths));
  }

  @Override
  public int fetchAhead(List<FileStatus> files) throws IOException {
    return ladder.prefetch(versionsOf(files));
  }

  @Override
  public void bringNear(List<FileStatus> files, Optional<Totals> all) {
    ladder.bringNear(versionsOf(files), all);
  }

  @Override
  public boolean announce(long job, long done, long first, List<FileStatus> files) {
    return ladder.announce(new Announcement(job, done, first, versionsOf(files)));
  }

  @Override
  public FileStatus write(String path, InputStream content, long length) throws IOException {
    String plain = filePath(path);
    FileStatus written = writes().put(plain, content, length);
    catalog.changed(plain);
    return written;
  }

  @Override
  public void delete(String path) throws IOException {
    String plain = filePath(path);
    refuseDirectory(plain);
    writes().delete(plain);
    catalog.changed(plain);
  }

  @Override
  public FileStatus rename(String from, String to) throws IOException {
    String source = filePath(from);
    String target = filePath(to);
    refuseDirectory(source);
    UnderStore store = writes();
    FileStatus renamed = store.rename(store.stat(source), target);
    catalog.changed(source);
    catalog.changed(target);
    return renamed;
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    String plain = filePath(path);
    writes().makeDirectory(plain);
    catalog.changed(plain);
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    String plain = filePath(path);
    writes().removeDirectory(plain);
    catalog.changed(plain);
  }

  @Override
  public void requireWritable() throws IOException {
    writes();
  }

  private DirectoryCatalog catalog() throws IOException {
    ladder.requireOpen();
    return catalog;
  }

  private UnderStore writes() throws IOException {
    ladder.requireOpen();
    return writable
        .orElseThrow(
            () ->
                new UnsupportedOperationException(
                    "a snapshot of data set '"
                        + name
                        + "', or a reference to it, cannot be written; open '"
                        + name
                        + "'"))
        .store();
  }

  private static String filePath(String path) {
    String plain = DataPath.normalize(path);
    if (plain.isEmpty()) {
      throw new InvalidPathException(path, "the root is a directory, not a file");
    }
    return plain;
  }

  private void refuseDirectory(String path) throws IOException {
    try {
      if (writes().stat(path).directory()) {
        throw new FileSystemException(
            name + "/" + path, null, "is a directory; delete or rename its files one by one");
      }
    } catch (NoSuchFileException e) {
      // Whatever is asked of it will say so, if it matters.
    }
  }

  @Override
  public void load(FileStatus file, long offset, long length, int replicas) throws IOException {
    IOException[] failure = {null};
    ladder.load(
        List.of(new LoadRange(version(file), offset, length)),
        replicas,
        (index, reason) -> failure[0] = reason);
    if (failure[0] != null) {
      throw failure[0];
    }
  }

  @Override
  public void loadAll(List<FileStatus> files, int replicas, LoadFailures failures)
      throws IOException {
    ladder.load(
        files.stream().map(f -> new LoadRange(version(f), 0, f.size())).toList(),
        replicas,
        (index, reason) -> failures.failed(files.get(index), reason));
  }

  @Override
  public void refresh() throws IOException {
    catalog().refresh();
  }

  @Override
  public Optional<Totals> totals() throws IOException {
    return catalog.totals();
  }

  @Override
  public long metadataVersion() {
    return catalog.epoch();
  }

  private FileVersion fileVersion(FileStatus file) throws NoSuchFileException {
    if (file.directory()) {
      throw new NoSuchFileException(name + "/" + file.path(), null, "is a directory, not a file");
    }
    return version(file);
  }

  private FileVersion version(FileStatus file) {
    return FileVersion.of(name, catalog.outer(file));
  }

  private List<FileVersion> versionsOf(List<FileStatus> files) {
    return files.stream().map(this::version).toList();
  }

  private List<FileVersion> versions(List<String> paths) throws IOException {
    List<FileVersion> files = new ArrayList<>(paths.size());
    for (String path : paths) {
      files.add(fileVersion(stat(path)));
    }
    return files;
  }
}

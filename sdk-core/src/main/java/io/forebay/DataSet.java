package io.forebay;

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
import java.util.concurrent.Executor;

/**
 * A data set: a tree of files that are read from the nearest place that has them. Thread-safe.
 *
 * <p>Metadata is read once and then stays as it is until {@link #refresh()}, so that a trainer sees
 * the same files in every epoch. An object that changed meanwhile is never mixed with its old
 * version: it is either read whole from the cache as it was, or fails with {@link
 * StaleFileException}.
 *
 * <p>All methods throw {@link NoSuchFileException} for what is not there, {@link
 * java.nio.file.InvalidPathException} for a path with {@code ..} or control characters, and other
 * {@link IOException}s only when cache, servers and under-store all failed.
 */
public final class DataSet {

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

  /**
   * @param name by which the cache knows it
   * @param catalog its names, or those of one of its directories
   * @param writable where writes go to; empty for a snapshot or a reference
   */
  DataSet(
      String name,
      DirectoryCatalog catalog,
      Ladder ladder,
      Optional<DirectAccess> writable,
      Executor listers) {
    this.name = name;
    this.catalog = catalog;
    this.ladder = ladder;
    this.writable = writable;
    this.listers = listers;
  }

  public String name() {
    return name;
  }

  /** The children of a directory. The root is the empty path. */
  public List<FileStatus> list(String directory) throws IOException {
    return catalog().list(DataPath.normalize(directory));
  }

  /** All files below a directory, in no particular order; many directories are listed at a time. */
  public List<FileStatus> walk(String directory) throws IOException {
    return TreeListing.walk(
        catalog()::list, DataPath.normalize(directory), listers, Forebay.WALK_WIDTH);
  }

  public FileStatus stat(String path) throws IOException {
    return catalog().stat(DataPath.normalize(path));
  }

  /** Opens the version of a file that the metadata names now. */
  public DataFile open(String path) throws IOException {
    return new DataFile(version(path), ladder);
  }

  /**
   * Reads a whole file. A resident file of 1 MiB or more is mapped, not copied; the mapping is
   * read-only and lives as long as the buffer. All of it is read from the disk before this returns,
   * so a disk that fails costs no read. Only where the kernel drops a page later, for want of
   * memory, and then cannot read it again, using the buffer throws {@link InternalError}; {@link
   * #read(String, ByteBuffer)} copies and excludes that, too.
   *
   * @return the bytes, from position 0 to the limit
   * @throws IllegalArgumentException for a file of 2 GiB or more; use {@link #open}
   */
  public ByteBuffer read(String path) throws IOException {
    FileVersion file = version(path);
    if (file.size() >= MAP_BYTES) {
      Optional<ByteBuffer> mapped = map(file, true);
      if (mapped.isPresent()) {
        return mapped.get();
      }
    }
    ByteBuffer bytes = ByteBuffer.allocate(bufferSize(file));
    ladder.read(file, 0, bytes);
    return bytes.flip();
  }

  /**
   * Reads a whole file into a buffer that the caller keeps; a direct one saves a copy.
   *
   * @param target with at least the file's size remaining; its position advances by the size
   * @return the file's size in bytes
   * @throws IllegalArgumentException when the target is too small
   */
  public int read(String path, ByteBuffer target) throws IOException {
    FileVersion file = version(path);
    int size = bufferSize(file);
    if (target.remaining() < size) {
      throw new IllegalArgumentException(
          file + " has " + size + " bytes, the buffer has room for " + target.remaining());
    }
    int limit = target.limit();
    target.limit(target.position() + size);
    try {
      ladder.read(file, 0, target);
    } finally {
      target.limit(limit);
    }
    return size;
  }

  /**
   * Maps a whole file without copying a byte, if it is resident on this node. Its bytes are read
   * from the disk when they are first used: where the disk cannot do so, using them throws {@link
   * InternalError}, for it is too late to read them from elsewhere. {@link #read(String)} notices
   * that.
   *
   * @return a read-only mapping; empty when the file is not resident, is empty, or cannot be mapped
   */
  public Optional<ByteBuffer> map(String path) throws IOException {
    return map(version(path), false);
  }

  private Optional<ByteBuffer> map(FileVersion file, boolean loaded) {
    bufferSize(file); // refuses what no buffer can hold
    return ladder.mapResident(file, loaded);
  }

  /**
   * Reads a range of the version of a file that a status names.
   *
   * @param file as {@link #stat} or {@link #list} returned it
   * @param offset of the first byte; {@code offset + target.remaining() <= size}
   * @param target is filled, or an exception says why not
   */
  public void read(FileStatus file, long offset, ByteBuffer target) throws IOException {
    ladder.read(version(file), offset, target);
  }

  /**
   * Finds the file on this node's disks that holds a file, complete and verified, for somebody who
   * reads it without this library. It never changes, but may be deleted at any time: then who has
   * it open keeps it. Counts as one read of the whole file.
   *
   * @param file as {@link #stat} or {@link #list} returned it
   * @return empty when the file is not resident on this node
   */
  public Optional<Path> resident(FileStatus file) {
    FileVersion version = version(file);
    Optional<Path> found = ladder.findResident(version);
    if (found.isPresent()) {
      ladder.countResident(version, 0, file.size());
    }
    return found;
  }

  /**
   * Where a file is.
   *
   * @param tier directory of this node's tier that has all of it
   * @param owners names of the servers that are to have it, best first; none in embedded mode
   */
  public record Place(Optional<Path> tier, List<String> owners) {

    public Place {
      owners = List.copyOf(owners);
    }
  }

  /**
   * Tells where a file is, for people who want to know; it counts as no read.
   *
   * @param file as {@link #stat} or {@link #list} returned it
   */
  public Place place(FileStatus file) {
    FileVersion version = version(file);
    return new Place(ladder.findTier(version), ladder.owners(version));
  }

  /** Takes the files of {@link DataSet#readAll}. */
  @FunctionalInterface
  public interface FileConsumer {

    /**
     * @param path as it was asked for
     * @param bytes from position to limit; the receiver's to keep
     */
    void accept(String path, ByteBuffer bytes) throws IOException;
  }

  /**
   * Reads many whole files with few requests: the way to read small files from other nodes. The
   * calling thread delivers them one by one, while others are still on their way. At most about 32
   * MiB (or one file, if larger) wait in memory.
   *
   * @param order whether files come as listed or as they become ready
   * @throws IOException for the first file that could not be read, or what the consumer throws;
   *     files after it are not delivered
   */
  public void readAll(List<String> paths, ReadOrder order, FileConsumer consumer)
      throws IOException {
    List<FileVersion> files = versions(paths);
    ladder.readMany(files, order, (index, bytes) -> consumer.accept(paths.get(index), bytes));
  }

  /**
   * Has the cache fetch files in the background, as far as there is room. Returns at once; nothing
   * is reported of files that cannot be fetched, reading them will.
   */
  public void prefetch(List<String> paths) throws IOException {
    ladder.prefetch(versions(paths));
  }

  /**
   * As {@link #prefetch}, of the versions that statuses name.
   *
   * @param files as {@link #stat}, {@link #list} or {@link #walk} returned them
   * @return how many of them are not on this node
   */
  public int prefetchAll(List<FileStatus> files) throws IOException {
    return ladder.prefetch(versionsOf(files));
  }

  /**
   * Tells this node's cache that its processes will read files again and again, so that it may copy
   * those that other nodes own, as far as it has room that nobody else wants. Returns at once, and
   * reports nothing: what is not copied is read from its owner.
   *
   * @param files as {@link #stat}, {@link #list} or {@link #walk} returned them
   * @param all how much all files are that will be read on all nodes, if it is known: for what this
   *     node owns of them room is left
   */
  public void bringNear(List<FileStatus> files, Optional<Totals> all) {
    ladder.bringNear(versionsOf(files), all);
  }

  /**
   * Tells the cache what a job will read, so that it keeps what is read again soonest. The data-set
   * module's {@code Prefetcher} does so for whole trainings. Nothing is fetched by this, and
   * nothing reported: a cache that does not hear of it keeps files by their use. A job that is
   * silent for a minute has no plan any more.
   *
   * @param job tells the jobs of a data set apart; a random number
   * @param done how many of its reads are done, counted from its start; {@code Long.MAX_VALUE} when
   *     it is over
   * @param first the number of the first of the files, behind all that were told before
   * @param files in the order in which they will be read
   * @return whether a cache had not heard of the job. After its first word that is one that was
   *     started since, and is best told everything that is to come, as that of another job
   */
  public boolean announce(long job, long done, long first, List<FileStatus> files) {
    return ladder.announce(new Announcement(job, done, first, versionsOf(files)));
  }

  /**
   * Creates or replaces a file, straight in the under-store, with this process's own credentials.
   * It becomes visible as a whole; when this returns, every reader of this cache's servers finds
   * it. Who has the former version open keeps it.
   *
   * @param content read to its end, which must come after {@code length} bytes
   * @throws java.nio.file.AccessDeniedException when the mount is read-only, or the store refuses
   * @throws UnsupportedOperationException for a snapshot
   */
  public FileStatus write(String path, InputStream content, long length) throws IOException {
    String plain = filePath(path);
    FileStatus written = writes().put(plain, content, length);
    catalog.changed(plain);
    return written;
  }

  /**
   * Deletes a file; deleting what is not there succeeds. An object store's directory without a
   * marker goes with its last file.
   *
   * @throws UnsupportedOperationException for a snapshot
   */
  public void delete(String path) throws IOException {
    String plain = filePath(path);
    refuseDirectory(plain);
    writes().delete(plain);
    catalog.changed(plain);
  }

  /**
   * Gives a file another name, replacing what has it. In object stores its content is copied, and
   * visible under both names for a moment.
   *
   * @throws java.nio.file.FileSystemException for a directory: object stores cannot rename one
   * @throws UnsupportedOperationException for a snapshot
   */
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

  /**
   * Makes a directory that is there though nothing is in it; one that is there already stays.
   * Object stores keep a marker, an empty object {@code path/}. Where names come from a snapshot it
   * is seen when the next one is taken.
   *
   * @throws UnsupportedOperationException for a snapshot
   */
  public void makeDirectory(String path) throws IOException {
    String plain = filePath(path);
    writes().makeDirectory(plain);
    catalog.changed(plain);
  }

  /**
   * Removes a directory; removing what is not there succeeds.
   *
   * @throws java.nio.file.DirectoryNotEmptyException when something is in it
   * @throws UnsupportedOperationException for a snapshot
   */
  public void removeDirectory(String path) throws IOException {
    String plain = filePath(path);
    writes().removeDirectory(plain);
    catalog.changed(plain);
  }

  /**
   * Fails where each write would. The under-store is not asked.
   *
   * @throws IOException when this process was given no keys to write with; says which
   * @throws UnsupportedOperationException for a snapshot
   */
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

  /**
   * Makes a range of a file resident where it belongs: on this node in embedded mode, otherwise on
   * the servers that own it. Returns when all its bytes are there and agree with their checksums.
   * The data-set module's {@code Loader} does so for whole trees.
   *
   * @param file as {@link #stat} or {@link #list} returned it
   * @param offset of the first byte; {@code offset + length <= size}
   * @param replicas on how many servers; 1 is the owner alone
   * @throws io.forebay.fill.NoRoomException when this process's cache has no room for it
   * @throws IOException when it is not resident on all of them
   */
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

  /** Hears of files that could not be loaded. */
  @FunctionalInterface
  public interface LoadFailures {

    /** May come more than once for a file, from several servers. */
    void failed(FileStatus file, IOException reason);
  }

  /**
   * Makes whole files resident where they belong, with one request to each server that has to do
   * with them: the way to load small files. Otherwise as {@link #load}.
   */
  public void loadAll(List<FileStatus> files, int replicas, LoadFailures failures)
      throws IOException {
    ladder.load(
        files.stream().map(f -> new LoadRange(version(f), 0, f.size())).toList(),
        replicas,
        (index, reason) -> failures.failed(files.get(index), reason));
  }

  /**
   * Forgets all metadata of the data set: the next question reaches the under-store.
   *
   * @throws IOException when a server could not be told, after all others were
   */
  public void refresh() throws IOException {
    catalog().refresh();
  }

  /**
   * How much there is of it.
   *
   * @return empty when it has not been listed as a whole
   */
  public Optional<Totals> totals() throws IOException {
    return catalog.totals();
  }

  /**
   * A number that changes when the data set's names are forgotten or exchanged, by a refresh, a
   * snapshot or new mounts: then what was remembered of them is to be asked for again. Cheap; a
   * tenth of a second behind. What single files are written or deleted does not change it.
   */
  public long epoch() {
    return catalog.epoch();
  }

  private FileVersion version(String path) throws IOException {
    FileStatus status = stat(path);
    if (status.directory()) {
      throw new NoSuchFileException(name + "/" + path, null, "is a directory, not a file");
    }
    return version(status);
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
      files.add(version(path));
    }
    return files;
  }

  private static int bufferSize(FileVersion file) {
    if (file.size() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          file + " has " + file.size() + " bytes, more than a buffer holds; open() it instead");
    }
    return (int) file.size();
  }
}

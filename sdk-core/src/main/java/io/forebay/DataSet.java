package io.forebay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A data set: a tree of files that are read from the nearest place that has them. Thread-safe.
 *
 * <p>Metadata is read once and then stays as it is until {@link #refresh()}, so that a trainer sees
 * the same files in every epoch. An object that changed meanwhile is never mixed with its old
 * version: it is either read whole from the cache as it was, or fails with {@link
 * StaleFileException}.
 *
 * <p>A file is named by its path, or by a {@link FileStatus} that {@link #stat}, {@link #list} or
 * {@link #walk} returned: a status saves looking the path up again, and stands for the version that
 * was seen then.
 *
 * <p>All methods throw {@link NoSuchFileException} for what is not there, {@link
 * java.nio.file.InvalidPathException} for a path with {@code ..} or control characters, and other
 * {@link IOException}s only when cache, servers and under-store all failed.
 *
 * <p>{@link Forebay#dataSet} returns data sets. A test of code that reads one may implement this
 * interface itself: all but five methods have a default that is right for files in memory ({@code
 * docs/java.md} shows one).
 */
public interface DataSet {

  /** The name by which the cache knows it. */
  String name();

  /** The children of a directory. The root is the empty path. */
  List<FileStatus> list(String directory) throws IOException;

  /** Takes the files of {@link #walk(String, FileVisitor)}, one after another. */
  @FunctionalInterface
  interface FileVisitor {
    void visit(FileStatus file) throws IOException;
  }

  /**
   * Visits all files below a directory, in no particular order. Many directories are listed at a
   * time, and no more than these are in memory, with the names of directories still to be listed:
   * the way through a tree of many millions of files.
   *
   * @param visitor called by the calling thread; what it throws ends the walk
   */
  default void walk(String directory, FileVisitor visitor) throws IOException {
    for (FileStatus child : list(directory)) {
      if (child.directory()) {
        walk(child.path(), visitor);
      } else {
        visitor.visit(child);
      }
    }
  }

  /**
   * All files below a directory, in no particular order, all of them in memory: about 200 bytes a
   * file. For larger trees there is {@link #walk(String, FileVisitor)}.
   */
  default List<FileStatus> walk(String directory) throws IOException {
    List<FileStatus> files = new ArrayList<>();
    walk(directory, files::add);
    return files;
  }

  /** What is known of a file or directory. */
  FileStatus stat(String path) throws IOException;

  /** Whether there is a file or directory with this path. */
  default boolean exists(String path) throws IOException {
    try {
      stat(path);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Opens the version of a file that the metadata names now. */
  default DataFile open(String path) throws IOException {
    return open(file(path));
  }

  /** Opens a file. */
  DataFile open(FileStatus file) throws IOException;

  /**
   * Reads a whole file, as {@link #read(FileStatus)} does.
   *
   * @return the bytes, from position 0 to the limit
   */
  default ByteBuffer read(String path) throws IOException {
    return read(file(path));
  }

  /**
   * Reads a whole file. A resident file of 1 MiB or more is mapped, not copied; the mapping is
   * read-only and lives as long as the buffer. All of it is read from the disk before this returns,
   * so a disk that fails costs no read. Only where the kernel drops a page later, for want of
   * memory, and then cannot read it again, using the buffer throws {@link InternalError}; {@link
   * #read(FileStatus, ByteBuffer)} copies and excludes that, too.
   *
   * @return the bytes, from position 0 to the limit
   * @throws IllegalArgumentException for a file of 2 GiB or more; use {@link #open}
   */
  default ByteBuffer read(FileStatus file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(bufferSize(file));
    read(file, 0, bytes);
    return bytes.flip();
  }

  /**
   * Reads a whole file on a thread of Forebay's, as {@link #readAsync(FileStatus)} does; looking up
   * the path is part of it.
   */
  default CompletableFuture<ByteBuffer> readAsync(String path) {
    try {
      return CompletableFuture.completedFuture(read(path));
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Reads a whole file, as {@link #read(FileStatus)} does, on a thread of Forebay's. At most 32
   * such reads run at a time for a {@link Forebay}; more wait for their turn. Stages that follow
   * run on that same thread unless they are given an executor, and hold up other reads while they
   * do. A read that is cancelled before its turn is left out; one that has begun goes on.
   *
   * @return fails with what {@code read} throws, not wrapped
   */
  default CompletableFuture<ByteBuffer> readAsync(FileStatus file) {
    try {
      return CompletableFuture.completedFuture(read(file));
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Reads a whole file into a buffer, as {@link #read(FileStatus, ByteBuffer)} does. */
  default int read(String path, ByteBuffer target) throws IOException {
    return read(file(path), target);
  }

  /**
   * Reads a whole file into a buffer that the caller keeps; a direct one saves a copy.
   *
   * @param target with at least the file's size remaining; its position advances by the size
   * @return the file's size in bytes
   * @throws IllegalArgumentException when the target is too small
   */
  default int read(FileStatus file, ByteBuffer target) throws IOException {
    int size = bufferSize(file);
    if (target.remaining() < size) {
      throw new IllegalArgumentException(
          name()
              + "/"
              + file.path()
              + " has "
              + size
              + " bytes, but the buffer has room for "
              + target.remaining());
    }
    int limit = target.limit();
    target.limit(target.position() + size);
    try {
      read(file, 0, target);
    } finally {
      target.limit(limit);
    }
    return size;
  }

  /** Reads a range of a file, as {@link #read(FileStatus, long, ByteBuffer)} does. */
  default void read(String path, long offset, ByteBuffer target) throws IOException {
    read(file(path), offset, target);
  }

  /**
   * Reads a range of a file.
   *
   * @param offset of the first byte; {@code offset + target.remaining() <= size}
   * @param target is filled, or an exception says why not
   */
  void read(FileStatus file, long offset, ByteBuffer target) throws IOException;

  /** Maps a whole file, as {@link #map(FileStatus)} does. */
  default Optional<ByteBuffer> map(String path) throws IOException {
    return map(file(path));
  }

  /**
   * Maps a whole file without copying a byte, if it is resident on this node. Its bytes are read
   * from the disk when they are first used: where the disk cannot do so, using them throws {@link
   * InternalError}, for it is too late to read them from elsewhere. {@link #read(FileStatus)}
   * notices that.
   *
   * @return a read-only mapping; empty when the file is not resident, is empty, or cannot be mapped
   */
  default Optional<ByteBuffer> map(FileStatus file) throws IOException {
    return Optional.empty();
  }

  /** Takes the files of {@link DataSet#readAll}. */
  @FunctionalInterface
  interface FileConsumer {

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
  default void readAll(List<String> paths, ReadOrder order, FileConsumer consumer)
      throws IOException {
    for (String path : paths) {
      consumer.accept(path, read(path));
    }
  }

  /**
   * Has the cache fetch files in the background, as far as there is room. Returns at once; nothing
   * is reported of files that cannot be fetched, reading them will.
   */
  default void prefetch(List<String> paths) throws IOException {}

  /**
   * Creates or replaces a file, straight in the under-store, with this process's own credentials.
   * It becomes visible as a whole; when this returns, every reader of this cache's servers finds
   * it. Who has the former version open keeps it.
   *
   * @param content read to its end, which must come after {@code length} bytes
   * @throws java.nio.file.AccessDeniedException when the mount is read-only, or the store refuses
   * @throws UnsupportedOperationException for a snapshot
   */
  default FileStatus write(String path, InputStream content, long length) throws IOException {
    throw readOnly();
  }

  /**
   * Deletes a file; deleting what is not there succeeds. An object store's directory without a
   * marker goes with its last file.
   *
   * @throws UnsupportedOperationException for a snapshot
   */
  default void delete(String path) throws IOException {
    throw readOnly();
  }

  /**
   * Gives a file another name, replacing what has it. In object stores its content is copied, and
   * visible under both names for a moment.
   *
   * @throws java.nio.file.FileSystemException for a directory: object stores cannot rename one
   * @throws UnsupportedOperationException for a snapshot
   */
  default FileStatus rename(String from, String to) throws IOException {
    throw readOnly();
  }

  /**
   * Makes a directory that is there though nothing is in it; one that is there already stays.
   * Object stores keep a marker, an empty object {@code path/}. Where names come from a snapshot it
   * is seen when the next one is taken.
   *
   * @throws UnsupportedOperationException for a snapshot
   */
  default void makeDirectory(String path) throws IOException {
    throw readOnly();
  }

  /**
   * Removes a directory; removing what is not there succeeds.
   *
   * @throws java.nio.file.DirectoryNotEmptyException when something is in it
   * @throws UnsupportedOperationException for a snapshot
   */
  default void removeDirectory(String path) throws IOException {
    throw readOnly();
  }

  /**
   * Forgets all metadata of the data set: the next question reaches the under-store.
   *
   * @throws IOException when a server could not be told, after all others were
   */
  default void refresh() throws IOException {}

  /**
   * How much there is of it.
   *
   * @return empty when it has not been listed as a whole
   */
  default Optional<Totals> totals() throws IOException {
    return Optional.empty();
  }

  /**
   * A number that changes when the data set's names are forgotten or exchanged, by a refresh, a
   * snapshot or new mounts: then what was remembered of them is to be asked for again. Cheap; a
   * tenth of a second behind. What single files are written or deleted does not change it.
   */
  default long metadataVersion() {
    return 0;
  }

  private FileStatus file(String path) throws IOException {
    FileStatus status = stat(path);
    if (status.directory()) {
      throw new NoSuchFileException(name() + "/" + path, null, "is a directory, not a file");
    }
    return status;
  }

  private int bufferSize(FileStatus file) {
    if (file.size() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          name()
              + "/"
              + file.path()
              + " has "
              + file.size()
              + " bytes, more than a buffer can hold; use open()");
    }
    return (int) file.size();
  }

  private UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("data set '" + name() + "' is not writable");
  }
}

package io.forebay.understore.local;

import io.forebay.FileStatus;
import io.forebay.NameTooLongException;
import io.forebay.NoSpaceException;
import io.forebay.StaleFileException;
import io.forebay.limit.Descriptors;
import io.forebay.locale.FileNameCharset;
import io.forebay.understore.LeftOutLog;
import io.forebay.understore.ListingPage;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreException;
import io.forebay.understore.UnfinishedWrite;
import io.forebay.understore.VersionedStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A local directory. The etag is made of size and modification time in nanoseconds, the only
 * version a file system keeps, and is looked at again after bytes were read; symbolic links are
 * followed.
 */
final class LocalUnderStore implements UnderStore {

  private static final Logger log = LoggerFactory.getLogger(LocalUnderStore.class);

  private static final String ROOT_MISSING = "does not exist; check that its disk is mounted";

  /** As much as readers take at a time: no more bytes than these wait for the look at the file. */
  private static final int PIECE = 128 << 10;

  private final Path root;
  private final Optional<Fence> fence;
  private final UnfinishedFiles unfinished;
  private final AtomicBoolean rootIsMissing = new AtomicBoolean();
  private final LeftOutLog leftOut = new LeftOutLog();

  LocalUnderStore(Path root, boolean fenced) {
    this.root = root;
    this.fence = fenced ? Optional.of(new Fence(root)) : Optional.empty();
    this.unfinished = new UnfinishedFiles(root, !fenced);
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(resolve(path), BasicFileAttributes.class);
    } catch (FileSystemException e) {
      throw named(path, e);
    }
    if (attributes.isOther()) {
      throw new NoSuchFileException(
          describe(path), null, "is a pipe, socket or device; data sets do not contain these");
    }
    return status(path, attributes);
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    DirectoryReading reading = new DirectoryReading(root, directory, fence, leftOut);
    look(
        directory,
        children -> {
          for (Path child : children) {
            reading.add(child);
          }
          return null;
        });
    return reading.page();
  }

  @Override
  public boolean hasEntries() throws IOException {
    return look("", children -> children.iterator().hasNext());
  }

  private interface Look<T> {
    T at(DirectoryStream<Path> children) throws IOException;
  }

  private <T> T look(String directory, Look<T> look) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(resolve(directory))) {
      return look.at(children);
    } catch (NotDirectoryException e) {
      throw new NoSuchFileException(describe(directory), null, "is a file, not a directory");
    } catch (FileSystemException e) {
      throw named(directory, e);
    } catch (DirectoryIteratorException e) {
      throw UnderStoreException.lasting(
          describe(directory) + ": " + e.getCause().getMessage(), e.getCause());
    }
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    FileState state = state(file.path());
    if (!state.version().equals(file.etag())) {
      throw stale(file, state.version());
    }
    FileChannel channel;
    try {
      channel = FileChannel.open(resolve(file.path()), StandardOpenOption.READ);
    } catch (FileSystemException e) {
      throw named(file.path(), e);
    }
    try {
      channel.position(offset);
      return new VersionedStream(
          Channels.newInputStream(channel), length, PIECE, () -> requireSame(file, state));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private FileState state(String path) throws IOException {
    try {
      return FileState.of(resolve(path));
    } catch (FileSystemException e) {
      throw named(path, e);
    }
  }

  private void requireSame(FileStatus file, FileState before) throws IOException {
    FileState now = state(file.path());
    if (!now.equals(before)) {
      throw stale(file, "changed while it was read: " + now);
    }
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    Path target = resolve(path);
    try (UnfinishedFiles.Locked unfinished = begin(path)) {
      long written = content.transferTo(Channels.newOutputStream(unfinished.channel()));
      if (written != length) {
        throw UnderStoreException.lasting(
            describe(path) + ": " + length + " bytes were expected, but " + written + " arrived",
            null);
      }
      unfinished.channel().force(true);
      Files.move(unfinished.file(), target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      throw named(path, e);
    } catch (IOException e) {
      throw NoSpaceException.isMeantBy(e) ? noSpace(path, e) : e;
    }
    return stat(path);
  }

  private UnfinishedFiles.Locked begin(String path) throws IOException {
    makeParents(path);
    return unfinished.create(resolve(path).getParent());
  }

  @Override
  public FileStatus rename(FileStatus from, String to) throws IOException {
    FileStatus now = stat(from.path());
    if (!now.etag().equals(from.etag())) {
      throw stale(from, now.etag());
    }
    try {
      makeParents(to);
      Files.move(resolve(from.path()), resolve(to), StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      throw named(to, e);
    }
    return stat(to);
  }

  private StaleFileException stale(FileStatus expected, String found) {
    return new StaleFileException(
        describe(expected.path()), "expected " + expected.etag() + ", found " + found);
  }

  @Override
  public List<UnfinishedWrite> unfinished() throws IOException {
    return unfinished.list();
  }

  @Override
  public void abandon(UnfinishedWrite write) throws IOException {
    delete(write.path());
  }

  @Override
  public void delete(String path) throws IOException {
    try {
      Files.deleteIfExists(resolve(path));
    } catch (FileSystemException e) {
      throw named(path, e);
    }
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    try {
      makeParents(path);
      Files.createDirectories(resolve(path));
    } catch (FileSystemException e) {
      throw named(path, e);
    }
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    if (!Files.isDirectory(resolve(path))) {
      return; // deleting would take a file, too
    }
    try {
      Files.deleteIfExists(resolve(path));
    } catch (DirectoryNotEmptyException e) {
      throw e;
    } catch (FileSystemException e) {
      throw named(path, e);
    }
  }

  @Override
  public void close() {}

  /**
   * @throws NoSuchFileException when a link leads out of a root that has a fence
   */
  private Path resolve(String path) throws IOException {
    try {
      Path resolved = root.resolve(path);
      if (fence.isPresent() && !fence.get().holds(resolved)) {
        throw new NoSuchFileException(describe(path), null, Fence.LEADS_OUT);
      }
      return resolved;
    } catch (InvalidPathException e) {
      throw UnderStoreException.lasting(
          describe(path)
              + ": "
              + (FileNameCharset.isUtf8() ? e.getReason() : FileNameCharset.problem()),
          e);
    }
  }

  private String describe(String path) {
    return "file://" + root + (path.isEmpty() ? "" : "/" + path);
  }

  static FileStatus status(String path, BasicFileAttributes attributes) {
    if (attributes.isDirectory()) {
      return FileStatus.directory(path);
    }
    return FileStatus.file(
        path,
        attributes.size(),
        attributes.lastModifiedTime().toMillis(),
        FileState.version(attributes.size(), attributes.lastModifiedTime()));
  }

  private IOException named(String path, FileSystemException e) {
    if (Fence.LEADS_OUT.equals(e.getReason())) {
      return e;
    }
    if (e instanceof NoSuchFileException) {
      return missing(path, "no such file in the under-store");
    }
    if (e instanceof java.nio.file.AccessDeniedException) {
      return new java.nio.file.AccessDeniedException(describe(path), null, "permission denied");
    }
    // 'a/b' where 'a' is a file: the name cannot exist, which is all that the caller asked.
    if (String.valueOf(e.getReason()).contains("Not a directory")) {
      return missing(path, "a parent of the path is a file");
    }
    if (NameTooLongException.isMeantBy(e)) {
      return new NameTooLongException(describe(path), "a name is longer than its disk allows");
    }
    return NoSpaceException.isMeantBy(e)
        ? noSpace(path, e)
        : isPassing(e)
            ? UnderStoreException.passing(describe(path) + ": " + e.getReason(), e)
            : UnderStoreException.lasting(describe(path) + ": " + e.getReason(), e);
  }

  /** A want of descriptors, and a handle of NFS that is looked up anew the next time. */
  private static boolean isPassing(FileSystemException e) {
    return Descriptors.isExhaustion(e)
        || String.valueOf(e.getReason()).contains("Stale file handle");
  }

  private NoSpaceException noSpace(String path, IOException e) {
    return new NoSpaceException(describe(path), "the under-store's disk", e);
  }

  /** Nothing can be said of a path while the root itself is missing: its disk may be unmounted. */
  private IOException missing(String path, String why) {
    if (Files.isDirectory(root)) {
      rootIsMissing.set(false);
      return new NoSuchFileException(describe(path), null, why);
    }
    if (!rootIsMissing.getAndSet(true)) {
      log.warn("{} {}; look-ups there fail until then", describe(""), ROOT_MISSING);
    }
    return UnderStoreException.lasting(describe("") + " " + ROOT_MISSING, null);
  }

  private void makeParents(String path) throws IOException {
    if (!Files.isDirectory(root)) {
      throw missing(path, "");
    }
    Files.createDirectories(resolve(path).getParent());
  }
}

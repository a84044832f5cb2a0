package io.forebay.node;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The lock that makes a process the owner of a node's directory. It is on a file, not on a name:
 * when the file is deleted, others can lock another one of that name. Not thread-safe.
 */
final class NodeLock implements Closeable {

  private static final String FILE = "lock";

  /**
   * The files that this process has locked. A second channel to such a file must not even be
   * opened: closing it would release the lock, as POSIX has it.
   */
  private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;
  private final Object key;

  private NodeLock(Path file, FileChannel channel, Object key) {
    this.file = file;
    this.channel = channel;
    this.key = key;
  }

  /**
   * @param directory made if it is missing
   * @throws NodeBusyException when another process, or another node of this one, has it
   */
  static NodeLock take(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(FILE);
    if (HELD.contains(key(file))) {
      throw new NodeBusyException(directory);
    }
    if (Files.exists(file)
        && !Files.isRegularFile(file)) { // to open a pipe is to wait for a reader
      throw new FileSystemException(
          file.toString(), null, "must be a file; remove what is in its place");
    }
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      Object key = key(file);
      if (lock == null || !HELD.add(key)) {
        throw new NodeBusyException(directory);
      }
      return new NodeLock(file, channel, key);
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new NodeBusyException(directory);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Whether a process has it, this one included. */
  static boolean isTaken(Path directory) throws IOException {
    if (!Files.exists(directory.resolve(FILE))) {
      return false;
    }
    try {
      take(directory).close();
      return false;
    } catch (NodeBusyException e) {
      return true;
    }
  }

  /** Whether the file that is locked is still the one that others would lock. */
  boolean isInPlace() throws IOException {
    return key.equals(key(file));
  }

  /** Tells files apart whatever they are called; a key of its own for a missing one. */
  private static Object key(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return new Object();
    }
  }

  @Override
  public void close() throws IOException {
    HELD.remove(key);
    channel.close();
  }
}

package io.forebay.fuse.fs;

import io.forebay.FileStatus;
import io.forebay.NameTooLongException;
import io.forebay.file.DataPath;
import io.forebay.fuse.journal.PackedStatus;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * One version of one file, or a directory, that the kernel knows by a number. What is written
 * through the mount itself becomes another version under the same number.
 */
final class Inode {

  /** How the reads of all its open handles are answered: the kernel allows no mixture. */
  enum Mode {
    CLOSED,
    ANSWERED,
    PASSTHROUGH
  }

  private final long id;

  // Written under the lock of Inodes.
  private volatile byte[] status;
  private int pathHash;
  long lookups;

  // Used by the thread that gets files ready.
  private boolean pushed;

  // Guarded by this.
  Mode mode = Mode.CLOSED;
  int handles;

  /** The registered file that the kernel reads, or null. */
  BackingFiles.Backing backing;

  /**
   * @param status a {@link PackedStatus}
   * @param pathHash as {@link #pathHash()}
   */
  Inode(long id, byte[] status, int pathHash) {
    this.id = id;
    this.status = status;
    this.pathHash = pathHash;
  }

  Inode(long id, FileStatus status) {
    this(id, PackedStatus.pack(status), status.path().hashCode());
  }

  long id() {
    return id;
  }

  /** Made anew each time, for nodes are many. */
  FileStatus status() {
    return PackedStatus.unpack(status);
  }

  String path() {
    return PackedStatus.path(status);
  }

  byte[] packed() {
    return status;
  }

  boolean isDirectory() {
    return PackedStatus.isDirectory(status);
  }

  long size() {
    return PackedStatus.size(status);
  }

  /** That of its path as a string; asked for under the lock of {@link Inodes}. */
  int pathHash() {
    return pathHash;
  }

  /**
   * The path of a name in this directory.
   *
   * @param name null for one that is no UTF-8
   * @throws NoSuchFileException for what cannot be a path, so nothing has it
   * @throws NameTooLongException for what is too long to be one
   */
  String child(String name) throws FileSystemException {
    if (name == null) {
      throw new NoSuchFileException("the name is not UTF-8");
    }
    String path = DataPath.child(path(), name);
    if (DataPath.isTooLong(path)) {
      throw new NameTooLongException(path, "a path has at most " + DataPath.MAX_BYTES + " bytes");
    }
    if (!DataPath.isValid(path)) {
      throw new NoSuchFileException(path);
    }
    return path;
  }

  /** Whether its bytes have not been given to the kernel before. */
  boolean push() {
    boolean first = !pushed;
    pushed = true;
    return first;
  }

  void status(FileStatus now) {
    status(PackedStatus.pack(now), now.path().hashCode());
  }

  void status(byte[] packed, int hash) {
    status = packed;
    pathHash = hash;
  }
}

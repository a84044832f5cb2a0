package io.forebay.fuse.fs;

import io.forebay.DataPath;
import io.forebay.FileStatus;
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
  private volatile FileStatus status;
  long lookups;

  // Used by the thread of PageCache only.
  private boolean pushed;

  // Guarded by this.
  Mode mode = Mode.CLOSED;
  int handles;

  /** The registered file that the kernel reads, or null. */
  BackingFiles.Backing backing;

  Inode(long id, FileStatus status) {
    this.id = id;
    this.status = status;
  }

  long id() {
    return id;
  }

  FileStatus status() {
    return status;
  }

  /**
   * The path of a name in this directory.
   *
   * @param name null for one that is no UTF-8
   * @throws NoSuchFileException for what cannot be a path, so nothing has it
   */
  String child(String name) throws NoSuchFileException {
    if (name == null) {
      throw new NoSuchFileException("a name that is not UTF-8");
    }
    String path = DataPath.child(status.path(), name);
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
    status = now;
  }
}

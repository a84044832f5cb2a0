package io.forebay.fuse.fs;

import io.forebay.FileStatus;

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

  // Guarded by this.
  Mode mode = Mode.CLOSED;
  int handles;

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

  void status(FileStatus now) {
    status = now;
  }
}

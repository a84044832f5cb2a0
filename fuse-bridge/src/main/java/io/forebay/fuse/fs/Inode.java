package io.forebay.fuse.fs;

import io.forebay.FileStatus;

/** One version of one file, or a directory, that the kernel knows by a number. */
final class Inode {

  /** How the reads of all its open handles are answered: the kernel allows no mixture. */
  enum Mode {
    CLOSED,
    ANSWERED,
    PASSTHROUGH
  }

  private final long id;
  private final FileStatus status;

  // Guarded by Inodes.
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
}

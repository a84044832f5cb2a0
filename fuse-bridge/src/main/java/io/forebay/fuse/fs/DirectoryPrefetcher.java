package io.forebay.fuse.fs;

import io.forebay.FileStatus;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of directories that were listed, for who lists is about to read: one thread gets them
 * ready. Thread-safe.
 */
final class DirectoryPrefetcher implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DirectoryPrefetcher.class);

  /** Files that wait. */
  private static final int MOST = 100_000;

  /** How a file is got ready. Used by one thread at a time, but for {@link #hasCapacity()}. */
  interface Readying {

    /** Whether there is place for any. */
    boolean hasCapacity();

    /**
     * @return whether there is place for more
     */
    boolean ready(Inode inode, FileStatus file) throws IOException;

    /** The kernel forgot the node, perhaps before it was got ready. */
    default void forgotten(Inode inode) {}
  }

  private final Inodes inodes;
  private final Readying readying;

  // Guarded by this.
  private final Queue<FileStatus> waiting = new ArrayDeque<>();
  private boolean running;
  private boolean closed;

  DirectoryPrefetcher(Inodes inodes, Readying readying) {
    this.inodes = inodes;
    this.readying = readying;
  }

  /** The kernel knows all entries of a directory. */
  void listed(List<FileStatus> entries) {
    if (readying.hasCapacity()) {
      add(entries);
    }
  }

  private synchronized void add(List<FileStatus> entries) {
    for (FileStatus entry : entries) {
      if (!closed && entry.size() > 0 && waiting.size() < MOST) {
        waiting.add(entry);
      }
    }
    if (!running && !waiting.isEmpty()) {
      running = true;
      Thread.ofPlatform().daemon().name("forebay-upcoming").start(this::work);
    }
  }

  private void work() {
    try {
      for (FileStatus file = take(); file != null; file = take()) {
        Inode inode = inodes.find(file.path()).orElse(null);
        if (inode == null || !inode.status().equals(file)) {
          continue;
        }
        if (!readying.ready(inode, file)) {
          clear();
        }
        if (!inodes.knows(inode)) {
          readying.forgotten(inode);
        }
      }
    } catch (IOException | RuntimeException e) {
      log.warn("preparation of listed files stopped", e);
      close();
    }
  }

  private synchronized void clear() {
    waiting.clear();
  }

  private synchronized FileStatus take() {
    FileStatus next = waiting.poll();
    running = next != null;
    return next;
  }

  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
  }
}

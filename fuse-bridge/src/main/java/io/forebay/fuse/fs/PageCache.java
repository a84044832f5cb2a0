package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts small cached files into the kernel's page cache before anybody reads them: those of a
 * directory that was listed, for who lists is about to read. Then their first read is no request
 * either. One thread does so, as long as memory is free. Thread-safe.
 */
final class PageCache implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PageCache.class);

  /** Files that are larger are read in order, and ahead, by the kernel. */
  private static final int LARGEST = 1 << 20;

  /** Files that wait. */
  private static final int MOST = 100_000;

  /** Memory is looked at again after so many bytes. */
  private static final long CHECKED = 64 << 20;

  private final DataSet dataSet;
  private final Inodes inodes;
  private final Device device;
  private final AtomicLong pushed = new AtomicLong();

  // Guarded by this.
  private final Queue<FileStatus> waiting = new ArrayDeque<>();
  private boolean running;
  private boolean closed;

  PageCache(DataSet dataSet, Inodes inodes, Device device) {
    this.dataSet = dataSet;
    this.inodes = inodes;
    this.device = device;
  }

  /** The kernel knows all entries of a directory. */
  synchronized void listed(List<FileStatus> entries) {
    for (FileStatus entry : entries) {
      if (!closed && entry.size() > 0 && entry.size() <= LARGEST && waiting.size() < MOST) {
        waiting.add(entry);
      }
    }
    if (!running && !waiting.isEmpty()) {
      running = true;
      Thread.ofPlatform().daemon().name("forebay-pages").start(this::work);
    }
  }

  private void work() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(Device.STORE_HEADER + LARGEST, Long.BYTES);
      long unchecked = CHECKED;
      for (FileStatus file = take(); file != null; file = take()) {
        if (unchecked >= CHECKED) {
          unchecked = 0;
          if (!Memory.read().isFree()) {
            log.info("no more files are put into memory ahead, for little of it is free");
            clear();
            continue;
          }
        }
        unchecked += push(file, message);
      }
    } catch (IOException | RuntimeException e) {
      log.warn("files are not put into memory ahead any more", e);
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

  /** Bytes that went to the kernel. */
  private long push(FileStatus file, MemorySegment message) {
    Optional<Inode> inode = inodes.find(file.path()).filter(i -> i.status().equals(file));
    if (inode.isEmpty() || !inode.get().push()) {
      return 0;
    }
    Optional<Path> resident = dataSet.resident(file);
    if (resident.isEmpty()) {
      return 0;
    }
    int fd = Libc.open(resident.get(), Libc.O_RDONLY | Libc.O_CLOEXEC);
    if (fd < 0) {
      return 0; // it was evicted
    }
    int length = (int) file.size();
    try {
      if (Libc.readFully(fd, message.asSlice(Device.STORE_HEADER, length)) != length) {
        return 0;
      }
    } finally {
      Libc.close(fd);
    }
    if (device.store(inode.get().id(), message, length) < 0) {
      return 0; // the kernel forgot it meanwhile
    }
    pushed.incrementAndGet();
    return length;
  }

  /** Files that went to the kernel. */
  long pushed() {
    return pushed.get();
  }

  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
  }
}

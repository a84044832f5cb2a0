package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.control.CacheControl;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts small cached files into the kernel's page cache before anybody reads them, as long as memory
 * is free. Then their first read is no request either.
 */
final class PageCache implements DirectoryPrefetcher.Readying {

  private static final Logger log = LoggerFactory.getLogger(PageCache.class);

  /** Files that are larger are read in order, and ahead, by the kernel. */
  private static final int LARGEST = 1 << 20;

  /** Memory is looked at again after so many bytes. */
  private static final long CHECKED = 64 << 20;

  private final DataSet dataSet;
  private final Device device;
  private final AtomicLong pushed = new AtomicLong();

  // Used by the thread that gets files ready.
  private MemorySegment message;
  private long unchecked = CHECKED;

  PageCache(DataSet dataSet, Device device) {
    this.dataSet = dataSet;
    this.device = device;
  }

  @Override
  public boolean hasCapacity() {
    return true;
  }

  @Override
  public boolean ready(Inode inode, FileStatus file) throws IOException {
    if (unchecked >= CHECKED) {
      if (!MemInfo.read().isFree()) {
        log.info("stopped loading files into the page cache ahead: little memory is free");
        return false;
      }
      unchecked = 0;
    }
    if (file.size() <= LARGEST && inode.push()) {
      unchecked += push(inode, file);
    }
    return true;
  }

  /** Bytes that went to the kernel. */
  private long push(Inode inode, FileStatus file) {
    Optional<Path> resident = CacheControl.of(dataSet).resident(file);
    if (resident.isEmpty()) {
      return 0;
    }
    int fd = Libc.open(resident.get(), Libc.O_RDONLY | Libc.O_CLOEXEC);
    if (fd < 0) {
      return 0; // it was evicted
    }
    if (message == null) { // most mounts need none
      message = Arena.ofAuto().allocate(Device.STORE_HEADER + LARGEST, Long.BYTES);
    }
    int length = (int) file.size();
    try {
      if (Libc.readFully(fd, message.asSlice(Device.STORE_HEADER, length)) != length) {
        return 0;
      }
    } finally {
      Libc.close(fd);
    }
    if (device.store(inode.id(), message, length) < 0) {
      return 0; // the kernel forgot it meanwhile
    }
    pushed.incrementAndGet();
    return length;
  }

  /** Files that went to the kernel. */
  long pushed() {
    return pushed.get();
  }
}

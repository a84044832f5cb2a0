package io.forebay.fuse.fs;

import io.forebay.DataPath;
import io.forebay.FileStatus;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Errno;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds what nodes take of this process's memory. A kernel with much memory of its own forgets
 * hardly any file that it was once told of; beyond the bound it is asked to, for the eldest that
 * nobody uses. A thread of its own, for the kernel may wait for a reply before it does.
 * Thread-safe.
 */
final class Pruner implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Pruner.class);

  /** A node with path and ETag, its journal entry's share included. */
  private static final int NODE_BYTES = 640;

  private static final int BATCH = 1024;

  private final Inodes inodes;
  private final Device device;
  private final int most;
  private final Semaphore wanted = new Semaphore(0);
  private final Thread thread;
  private boolean byName;

  /**
   * @param most nodes; 0 for what half of this process's heap has room for
   */
  Pruner(Inodes inodes, Device device, int most) {
    this.inodes = inodes;
    this.device = device;
    this.most = most > 0 ? most : (int) (Runtime.getRuntime().maxMemory() / 2 / NODE_BYTES);
    this.thread = Thread.ofPlatform().daemon().name("forebay-prune").start(this::run);
    inodes.whenBeyond(this.most, this::begin);
  }

  private void begin() {
    if (wanted.availablePermits() == 0) {
      wanted.release();
    }
  }

  private void run() {
    try {
      while (true) {
        wanted.acquire();
        // So many and no more: what the kernel forgets is heard of a little later.
        int surplus = inodes.count() - (most - most / 8);
        for (int asked = 0; asked < surplus; asked += BATCH) {
          prune(inodes.eldest(Math.min(BATCH, surplus - asked)));
        }
      }
    } catch (InterruptedException e) {
      return; // closed
    }
  }

  private void prune(List<Inode> unused) {
    if (!byName) {
      int result = device.prune(unused.stream().mapToLong(Inode::id).toArray());
      byName = result == -Errno.EINVAL;
      if (result < 0 && !byName) {
        log.warn("the kernel does not forget files (error {})", -result);
      }
    }
    if (byName) {
      unused.stream().map(Inode::status).filter(s -> !s.directory()).forEach(this::forgetName);
    }
  }

  private void forgetName(FileStatus file) {
    inodes
        .find(DataPath.parent(file.path()))
        .ifPresent(
            parent -> device.forgetName(parent.id(), file.name().getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}

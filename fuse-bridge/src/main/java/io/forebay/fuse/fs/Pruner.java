package io.forebay.fuse.fs;

import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Errno;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
  private final NameInvalidator names;
  private final Device device;
  private final int most;

  /** A thread while there is work; one round may wait, and more would do nothing. */
  private final ThreadPoolExecutor rounds =
      new ThreadPoolExecutor(
          0,
          1,
          1,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(1),
          Thread.ofPlatform().daemon().name("forebay-prune").factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  private volatile boolean byName;

  /**
   * @param most nodes; 0 for what half of this process's heap has room for
   */
  Pruner(Inodes inodes, NameInvalidator names, Device device, int most) {
    this.inodes = inodes;
    this.names = names;
    this.device = device;
    this.most = most > 0 ? most : (int) (Runtime.getRuntime().maxMemory() / 2 / NODE_BYTES);
    inodes.onCountAbove(this.most, () -> rounds.execute(this::round));
  }

  private void round() {
    // So many and no more: what the kernel forgets is heard of a little later.
    int surplus = inodes.count() - (most - most / 8);
    for (int asked = 0; asked < surplus; asked += BATCH) {
      prune(inodes.eldest(Math.min(BATCH, surplus - asked)));
    }
  }

  private void prune(List<Inode> unused) {
    if (!byName) {
      int result = device.prune(unused.stream().mapToLong(Inode::id).toArray());
      byName = result == -Errno.EINVAL;
      if (result < 0 && !byName) {
        log.warn("the kernel does not prune inodes (error {})", -result);
      }
    }
    if (byName) {
      unused.stream().map(Inode::status).filter(s -> !s.directory()).forEach(names::forget);
    }
  }

  @Override
  public void close() {
    rounds.shutdownNow();
  }
}

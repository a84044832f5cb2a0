package io.forebay.fuse.fs;

import io.forebay.fuse.journal.Entries;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Libc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tier files that the kernel reads by itself. A registered file takes space on its disk though
 * it was evicted, so those that nobody has open are few, and go when their file does. Thread-safe.
 */
final class BackingFiles implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(BackingFiles.class);

  /** Kept for the next open. */
  private static final int IDLE = 10_000;

  record Backing(Path file, int id) {}

  private final Device device;
  private final Map<Long, Backing> open = new HashMap<>();
  private final Map<Long, Backing> idle = new LinkedHashMap<>();
  private final Entries journal;
  private int highest;
  private boolean refused;

  /**
   * @param journal hears of every change
   * @param known what the kernel knows
   */
  BackingFiles(Device device, Entries journal, Recovered known) {
    this.device = device;
    this.journal = journal;
    this.highest = known.highestBacking();
    known
        .backing()
        .forEach((node, backing) -> (known.isOpen(node) ? open : idle).put(node, backing));
    if (highest > 0) {
      // The bridge before may have ended between a call and its entry. The kernel counts upwards,
      // and refuses what there is not.
      device.closeBacking(highest + 1);
      device.closeBacking(known.lastGivenBack());
    }
  }

  /**
   * The backing id for the first handle of a node.
   *
   * @param file if no id was kept
   * @return empty when the kernel must ask
   */
  synchronized OptionalInt open(long node, Supplier<Optional<Path>> file) {
    Backing kept = idle.remove(node);
    if (kept == null) {
      if (refused) {
        return OptionalInt.empty();
      }
      Optional<Path> found = file.get();
      if (found.isEmpty()) {
        return OptionalInt.empty();
      }
      int id = register(found.get());
      if (id <= 0) {
        return OptionalInt.empty();
      }
      kept = new Backing(found.get(), id);
      highest = Math.max(highest, id);
      journal.backing(node, id, found.get().toString());
    }
    open.put(node, kept);
    return OptionalInt.of(kept.id);
  }

  /** The backing id of a node that is open already. */
  synchronized int idOf(long node) {
    return open.get(node).id;
  }

  private int register(Path file) {
    int fd = Libc.open(file, Libc.O_RDONLY | Libc.O_CLOEXEC);
    if (fd < 0) {
      return fd; // it was evicted
    }
    int id = device.openBacking(fd);
    Libc.close(fd);
    if (id == -Errno.EPERM) {
      refused = true;
      log.warn(
          "reading through the kernel alone needs CAP_SYS_ADMIN; going on without, which is slower");
    } else if (id <= 0) {
      log.warn("{} cannot be read through the kernel alone (error {})", file, -id);
    }
    return id;
  }

  /** The last handle of a node was closed. */
  synchronized void release(long node) {
    Backing backing = open.remove(node);
    idle.put(node, backing);
    if (idle.size() > IDLE) {
      Iterator<Map.Entry<Long, Backing>> eldest = idle.entrySet().iterator();
      giveBack(eldest.next());
      eldest.remove();
    }
  }

  private void giveBack(Map.Entry<Long, Backing> backing) {
    journal.backing(backing.getKey(), 0, ""); // first, for a closed one must never be used
    device.closeBacking(backing.getValue().id);
  }

  /** The kernel forgot a node, which therefore is not open. */
  synchronized void forget(long node) {
    Backing backing = idle.remove(node);
    if (backing != null) {
      giveBack(Map.entry(node, backing));
    }
  }

  /** Gives up what was evicted meanwhile, so that its space is free. */
  synchronized void sweep() {
    idle.entrySet()
        .removeIf(
            backing -> {
              boolean gone = !Files.exists(backing.getValue().file);
              if (gone) {
                giveBack(backing);
              }
              return gone;
            });
  }

  /** Writes down all that the kernel has. */
  synchronized void writeTo(Entries entries) {
    open.forEach((node, backing) -> entries.backing(node, backing.id, backing.file.toString()));
    idle.forEach((node, backing) -> entries.backing(node, backing.id, backing.file.toString()));
  }

  synchronized int count() {
    return open.size() + idle.size();
  }

  synchronized int highest() {
    return highest;
  }

  @Override
  public synchronized void close() {
    idle.values().forEach(backing -> device.closeBacking(backing.id));
    idle.clear();
  }
}

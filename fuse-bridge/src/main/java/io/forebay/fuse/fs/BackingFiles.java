package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.control.CacheControl;
import io.forebay.fuse.journal.JournalEntries;
import io.forebay.fuse.protocol.DetachedMount;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Libc;
import io.forebay.metadata.TierLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tier files that the kernel reads by itself. A registered file takes space on its disk though
 * it was evicted, so those that nobody has open are few, and go when their file does. Thread-safe;
 * a node's lock comes before the one of this.
 */
final class BackingFiles implements DirectoryPrefetcher.Readying, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(BackingFiles.class);

  /** Kept for the next open. */
  private static final int KEPT = 10_000;

  /** After so many that are not in the cache few of the directories are looked at. */
  private static final int MISSING = 256;

  private static final int SELDOM = 64;

  /** How many are looked at for one that is not open. */
  private static final int TRIES = 16;

  /** Where opening takes longer, it is the disk that is waited for. */
  private static final long QUICK_NANOS = 100_000;

  private static final int WEIGHT = 8;

  record Backing(Path file, int id) {}

  private final DataSet dataSet;
  private final Device device;
  private final JournalEntries journal;

  /** Nodes with a registered file, the eldest first. */
  private final SequencedSet<Inode> registered = new LinkedHashSet<>();

  /** The kernel's reads are to leave access times alone. */
  private final Map<Path, Optional<DetachedMount>> tiers = new ConcurrentHashMap<>();

  /** Listed files in succession that were not there. */
  private final AtomicInteger missing = new AtomicInteger();

  /** Directories since, for which a thread would be too much. */
  private final AtomicInteger passed = new AtomicInteger();

  private int highest;
  private volatile boolean refused;
  private volatile long usualNanos;
  private volatile int count;

  /**
   * @param journal hears of every change
   * @param known what the kernel knows
   */
  BackingFiles(DataSet dataSet, Device device, JournalEntries journal, RecoveredState known) {
    this.dataSet = dataSet;
    this.device = device;
    this.journal = journal;
    this.highest = known.highestBacking();
    for (Inode inode : known.inodes()) {
      if (inode.backing != null) {
        registered.add(inode);
      }
    }
    count = registered.size();
    known.orphans().forEach(device::closeBacking);
    if (highest > 0) {
      // The bridge before may have ended between a call and its entry. The kernel counts upwards,
      // and refuses what there is not.
      device.closeBacking(highest + 1);
      device.closeBacking(known.lastGivenBack());
    }
  }

  /** Whether a file that is not registered may take long to open. */
  boolean isSlow() {
    return usualNanos > QUICK_NANOS;
  }

  /**
   * Has the file of a node registered, if it is not yet; the caller has the node's lock.
   *
   * @return whether the kernel can read it
   */
  boolean open(Inode inode) {
    if (inode.backing == null && !refused) {
      long start = System.nanoTime();
      Optional<Path> found = CacheControl.of(dataSet).resident(inode.status());
      int fd = found.isEmpty() ? -1 : open(found.get());
      if (fd >= 0) { // otherwise it was evicted
        register(inode, found.get(), fd, start);
        Libc.close(fd);
      }
    }
    return inode.backing != null;
  }

  @Override
  public boolean hasCapacity() {
    return hasPlace() && (missing.get() < MISSING || passed.incrementAndGet() % SELDOM == 0);
  }

  private boolean hasPlace() {
    return count < KEPT && !refused;
  }

  /** Registers a file before somebody opens it: most of a first open's time is that. */
  @Override
  public boolean ready(Inode inode, FileStatus file) {
    synchronized (inode) {
      boolean open = inode.mode != Inode.Mode.CLOSED || open(inode);
      missing.set(open ? 0 : missing.get() + 1);
    }
    return hasPlace() && missing.get() < MISSING;
  }

  @Override
  public void forgotten(Inode inode) {
    giveBackIfIdle(inode);
  }

  private int open(Path file) {
    int flags = Libc.O_RDONLY | Libc.O_CLOEXEC;
    Path tier = TierLayout.tierOf(file);
    Optional<DetachedMount> mounted = tiers.computeIfAbsent(tier, DetachedMount::of);
    int fd = mounted.isEmpty() ? -1 : mounted.get().open(tier.relativize(file), flags);
    return fd >= 0 ? fd : Libc.open(file, flags); // the tier may be another one by now
  }

  private synchronized void register(Inode inode, Path file, int fd, long start) {
    int id = device.openBacking(fd);
    if (id == -Errno.EPERM) {
      refused = true;
      log.warn("passthrough needs CAP_SYS_ADMIN; continuing without it, which is slower");
    } else if (id <= 0) {
      log.warn("cannot register {} for passthrough (error {})", file, -id);
    } else {
      inode.backing = new Backing(file, id);
      registered.addLast(inode);
      count = registered.size();
      highest = Math.max(highest, id);
      journal.backing(inode.id(), id, file.toString());
    }
    usualNanos += (System.nanoTime() - start - usualNanos) / WEIGHT;
  }

  /** Gives some up where there are too many; the caller has no node's lock. */
  void trim() {
    for (int tries = 0; count > KEPT && tries < TRIES; tries++) {
      Inode eldest;
      synchronized (this) {
        eldest = registered.getFirst();
        registered.addLast(eldest);
      }
      giveBackIfIdle(eldest);
    }
  }

  private void giveBackIfIdle(Inode inode) {
    synchronized (inode) {
      if (inode.handles == 0) {
        unregister(inode);
      }
    }
  }

  /** The kernel will not read this file for a node any more, which nobody has open. */
  void unregister(Inode inode) {
    synchronized (inode) {
      if (inode.backing != null) {
        giveBackRegistered(inode);
      }
    }
  }

  private synchronized void giveBackRegistered(Inode inode) {
    int id = inode.backing.id;
    inode.backing = null;
    registered.remove(inode);
    count = registered.size();
    journal.backing(inode.id(), 0, ""); // first, for a closed one must never be used
    device.closeBacking(id);
  }

  /** Gives up what was evicted meanwhile, so that its space is free. */
  void sweep() {
    for (Inode inode : all()) {
      Backing backing = inode.backing; // looked at again, with its lock, before anything is done
      if (backing != null && !Files.exists(backing.file)) {
        giveBackIfIdle(inode);
      }
    }
  }

  private synchronized List<Inode> all() {
    return List.copyOf(registered);
  }

  int count() {
    return count;
  }

  synchronized int highest() {
    return highest;
  }

  /** Nobody asks any more. */
  @Override
  public void close() {
    all().forEach(this::giveBackIfIdle);
    tiers.values().forEach(mounted -> mounted.ifPresent(DetachedMount::close));
  }
}

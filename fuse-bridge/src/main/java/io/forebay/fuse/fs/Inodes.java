package io.forebay.fuse.fs;

import io.forebay.FileStatus;
import io.forebay.StaleFileException;
import io.forebay.fuse.journal.JournalEntries;
import io.forebay.fuse.journal.PackedStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The nodes that the kernel knows, each as long as it holds a look-up of it. A path whose file
 * changed gets another node, so that who has the former one open keeps its version. Thread-safe.
 */
final class Inodes {

  static final long ROOT = 1;

  private final NodeTable byId = new NodeTable();
  private final PathTable byPath = new PathTable();
  private final JournalEntries journal;
  private long lastId;

  /** Up to this number nodes were named as the eldest. */
  private long named = ROOT;

  private int most = Integer.MAX_VALUE;
  private Runnable beyond = () -> {};

  /**
   * @param journal hears of every change
   * @param known what the kernel knows
   */
  Inodes(JournalEntries journal, RecoveredState known) {
    this.journal = journal;
    this.lastId = Math.max(ROOT, known.highestNode());
    add(new Inode(ROOT, FileStatus.directory("")));
    known.inodes().forEach(this::add);
  }

  private void add(Inode inode) {
    byId.add(inode);
    // Ascending, so that a path means the youngest of its versions.
    byPath.put(inode);
  }

  /**
   * @throws StaleFileException for a node that was forgotten
   */
  synchronized Inode get(long id) throws StaleFileException {
    Inode inode = byId.get(id);
    if (inode == null) {
      throw new StaleFileException("node " + id, "is unknown");
    }
    return inode;
  }

  /**
   * The node of a file as it is now, with one look-up more.
   *
   * @param request that asks for it
   */
  Inode lookUp(FileStatus status, long request) {
    return lookUp(PackedStatus.pack(status), status.path().hashCode(), request);
  }

  /**
   * The same.
   *
   * @param status a {@link PackedStatus}
   * @param pathHash of its path as a string
   */
  synchronized Inode lookUp(byte[] status, int pathHash, long request) {
    Inode inode = byPath.get(status, pathHash);
    if (inode == null || !Arrays.equals(inode.packed(), status)) {
      inode = new Inode(++lastId, status, pathHash);
      add(inode);
      journal.node(inode.id(), request, 1, status);
      if (byId.size() > most) {
        beyond.run();
      }
    } else {
      journal.lookups(inode.id(), request, inode.lookups + 1);
    }
    inode.lookups++;
    return inode;
  }

  /** Has something done, in no time, at each look-up that makes nodes more than so many. */
  synchronized void onCountAbove(int nodes, Runnable then) {
    most = nodes;
    beyond = then;
  }

  /** Some that may be forgotten; the next call names others first. */
  synchronized List<Inode> eldest(int count) {
    List<Inode> eldest = new ArrayList<>();
    for (int i = 0; i < Math.min(count, byId.size() - 1); i++) {
      Inode next = byId.after(named);
      if (next == null) {
        next = byId.after(ROOT);
      }
      named = next.id();
      eldest.add(next);
    }
    return eldest;
  }

  /** A node for a file that is not stored yet, with one look-up. */
  synchronized Inode create(String path, long request) {
    find(path).ifPresent(byPath::remove);
    return lookUp(FileStatus.file(path, 0, System.currentTimeMillis(), ""), request);
  }

  /** What a node stands for is another version, or has another name. */
  synchronized void update(Inode inode, FileStatus now) {
    byPath.remove(inode);
    inode.status(now);
    if (byId.get(inode.id()) == inode) {
      byPath.put(inode);
      journal.node(inode.id(), 0, inode.lookups, inode.packed());
    }
  }

  /** Its path means another version from now on, or nothing. */
  synchronized void detach(Inode inode) {
    byPath.remove(inode);
  }

  /** One more handle; the caller has the node's lock. */
  void opened(Inode inode, Inode.Mode mode, long request) {
    inode.handles++;
    inode.mode = mode;
    journal.handles(inode.id(), request, inode.handles, mode == Inode.Mode.PASSTHROUGH);
  }

  /** A node, if its path means it at present. */
  synchronized Optional<Inode> current(long id) {
    return Optional.ofNullable(byId.get(id)).filter(byPath::contains);
  }

  /**
   * Takes look-ups back.
   *
   * @return the node, when the kernel does not know it any more
   */
  synchronized Optional<Inode> forget(long id, long lookups) {
    Inode inode = byId.get(id);
    if (inode == null || id == ROOT) {
      return Optional.empty();
    }
    inode.lookups = Math.max(0, inode.lookups - lookups);
    journal.lookups(id, 0, inode.lookups);
    if (inode.lookups > 0) {
      return Optional.empty();
    }
    byId.remove(inode);
    byPath.remove(inode);
    return Optional.of(inode);
  }

  /** The node that a path means at present, if the kernel knows one. */
  synchronized Optional<Inode> find(String path) {
    return Optional.ofNullable(byPath.get(path));
  }

  /** Whether the kernel knows a node that it knew. */
  synchronized boolean knows(Inode inode) {
    return byId.get(inode.id()) == inode;
  }

  /** Writes down all that the kernel knows. */
  void writeTo(JournalEntries entries) {
    for (Inode inode = after(ROOT); inode != null; inode = after(inode.id())) {
      synchronized (this) {
        if (byId.get(inode.id()) != inode) {
          continue;
        }
        entries.node(inode.id(), 0, inode.lookups, inode.packed());
      }
      synchronized (inode) {
        entries.handles(inode.id(), 0, inode.handles, inode.mode == Inode.Mode.PASSTHROUGH);
        if (inode.backing != null) {
          entries.backing(inode.id(), inode.backing.id(), inode.backing.file().toString());
        }
      }
    }
  }

  private synchronized Inode after(long id) {
    return byId.after(id);
  }

  synchronized long highest() {
    return lastId;
  }

  synchronized int count() {
    return byId.size();
  }

  /** All that paths mean at present but the root. */
  synchronized List<Inode> all() {
    return byPath.stream().filter(inode -> inode.id() != ROOT).toList();
  }
}

package io.forebay.fuse.fs;

import io.forebay.FileStatus;
import io.forebay.StaleFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The nodes that the kernel knows, each as long as it holds a look-up of it. A path whose file
 * changed gets another node, so that who has the former one open keeps its version. Thread-safe.
 */
final class Inodes {

  static final long ROOT = 1;

  private final Map<Long, Inode> byId = new HashMap<>();
  private final Map<String, Inode> byPath = new HashMap<>();
  private long lastId = ROOT;

  Inodes() {
    Inode root = new Inode(ROOT, FileStatus.directory(""));
    byId.put(ROOT, root);
    byPath.put("", root);
  }

  /**
   * @throws StaleFileException for a node that was forgotten
   */
  synchronized Inode get(long id) throws StaleFileException {
    Inode inode = byId.get(id);
    if (inode == null) {
      throw new StaleFileException("node " + id, "is not known");
    }
    return inode;
  }

  /** The node of a file as it is now, with one look-up more. */
  synchronized Inode lookUp(FileStatus status) {
    Inode inode = byPath.get(status.path());
    if (inode == null || !inode.status().equals(status)) {
      inode = new Inode(++lastId, status);
      byId.put(inode.id(), inode);
      byPath.put(status.path(), inode);
    }
    inode.lookups++;
    return inode;
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
    inode.lookups -= lookups;
    if (inode.lookups > 0) {
      return Optional.empty();
    }
    byId.remove(id);
    byPath.remove(inode.status().path(), inode);
    return Optional.of(inode);
  }

  /** The node that a path means at present, if the kernel knows one. */
  synchronized Optional<Inode> find(String path) {
    return Optional.ofNullable(byPath.get(path));
  }

  /** All that paths mean at present but the root. */
  synchronized List<Inode> all() {
    return byPath.values().stream().filter(inode -> inode.id() != ROOT).toList();
  }
}

package io.forebay.node;

import io.forebay.metadata.NodeInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's directory as its owner holds it: locked, and with the announcement that other processes
 * find the owner by. Somebody may delete it at any time. Then the owner makes it again, unless
 * another process was faster and is the owner now. Thread-safe.
 */
final class NodeDirectory implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(NodeDirectory.class);

  private final Path path;
  private NodeLock lock;
  private Optional<NodeInfo> announced = Optional.empty();
  private Optional<Object> written = Optional.empty();
  private boolean lost;
  private boolean closed;

  private NodeDirectory(Path path, NodeLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * @throws NodeBusyException when it has an owner
   */
  static NodeDirectory take(Path path) throws IOException {
    return new NodeDirectory(path.toAbsolutePath(), NodeLock.take(path));
  }

  Path path() {
    return path;
  }

  /** Tells the node's other processes of its owner. */
  synchronized void announce(NodeInfo info) throws IOException {
    if (closed || lost) {
      return;
    }
    announced = Optional.of(info);
    write(info);
  }

  private void write(NodeInfo info) throws IOException {
    info.write(path);
    written = NodeInfo.mark(path);
  }

  /**
   * Puts in place again what was deleted or damaged.
   *
   * @return whether the directory had been deleted
   * @throws NodeLostException when another process has taken the directory over; that is for good
   */
  synchronized boolean keep() throws IOException {
    if (closed) {
      return false;
    }
    if (lost) {
      throw new NodeLostException(path);
    }
    boolean deleted = !lock.isInPlace();
    if (deleted) {
      takeAgain();
    }
    if (announced.isPresent() && !isWritten(announced.get())) {
      write(announced.get());
      log.warn("another process changed or removed node.properties in {}; wrote it again", path);
    }
    return deleted;
  }

  private void takeAgain() throws IOException {
    NodeLock again;
    try {
      again = NodeLock.take(path);
    } catch (NodeBusyException e) {
      lost = true;
      throw new NodeLostException(path);
    }
    lock.close();
    lock = again;
    log.warn(
        "{} was deleted while in use; created it again. Its snapshots, pins and applied"
            + " data sets stay in use until this process ends and are lost then",
        path);
  }

  private boolean isWritten(NodeInfo info) {
    try {
      Optional<Object> found = NodeInfo.mark(path);
      if (found.isPresent() && found.equals(written)) {
        return true; // most of the time, and read for nothing
      }
      boolean same = info.isWrittenIn(path);
      if (same) {
        written = found;
      }
      return same;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    if (!lost) {
      NodeInfo.delete(path);
    }
    lock.close();
  }
}

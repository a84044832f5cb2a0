package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that a reader will want next, in his order, which are brought to this node's cache
 * ahead of him. Thread-safe.
 */
final class Plan implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Plan.class);

  /** Paths that wait, at about 100 bytes each. */
  private static final int MOST = 100_000;

  /** Each waits for one file at a time, mostly for the under-store's first byte. */
  private static final int WORKERS = 32;

  /** Files that a worker asks for together. */
  private static final int BATCH = 4;

  private final DataSet dataSet;

  // Guarded by this.
  private final Queue<String> waiting = new ArrayDeque<>();
  private int workers;
  private boolean closed;

  Plan(DataSet dataSet) {
    this.dataSet = dataSet;
  }

  /** Has what waits forgotten. */
  synchronized void clear() {
    waiting.clear();
  }

  /**
   * Appends paths.
   *
   * @return whether there is room for all of them; otherwise none is taken
   */
  synchronized boolean add(List<String> paths) {
    if (closed || waiting.size() + paths.size() > MOST) {
      return false;
    }
    waiting.addAll(paths);
    while (workers < WORKERS && workers * BATCH < waiting.size()) {
      workers++;
      Thread.ofPlatform().daemon().name("forebay-plan").start(this::work);
    }
    return true;
  }

  synchronized int waiting() {
    return waiting.size();
  }

  private void work() {
    for (List<String> paths = take(); !paths.isEmpty(); paths = take()) {
      List<FileStatus> files = new ArrayList<>();
      try {
        for (String path : paths) {
          try {
            files.add(dataSet.stat(path));
          } catch (NoSuchFileException e) {
            log.debug("planned, but not there: {}", path);
          }
        }
        dataSet.loadAll(
            files, 1, (file, why) -> log.debug("{} cannot be fetched ahead", file.path(), why));
      } catch (IOException | RuntimeException e) {
        log.info("files cannot be fetched ahead: {}", e.toString());
      }
    }
  }

  /** The next ones; where there is none a worker ends. */
  private synchronized List<String> take() {
    List<String> next = new ArrayList<>();
    while (next.size() < BATCH && !waiting.isEmpty()) {
      next.add(waiting.remove());
    }
    if (next.isEmpty()) {
      workers--;
    }
    return next;
  }

  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
  }
}

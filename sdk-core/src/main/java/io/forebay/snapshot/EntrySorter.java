package io.forebay.snapshot;

import io.forebay.FileStatus;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;

/**
 * Sorts more entries than the heap holds: full buffers are sorted and written as runs, which are
 * merged in the end. Thread-safe while entries are added.
 */
final class EntrySorter implements Closeable {

  /** Entries of a run: about 50 MB of heap. */
  private static final int RUN = 200_000;

  /** Runs being written at a time, for each is a buffer in memory. */
  private static final int WRITERS = 2;

  /** The fastest: a run is read once, and soon. */
  private static final int RUN_LEVEL = 1;

  private final Path directory;
  private final Semaphore writers = new Semaphore(WRITERS);
  private final List<Path> runs = new ArrayList<>();
  private List<FileStatus> buffer = new ArrayList<>();

  /**
   * @param directory for the runs; made here, and removed by {@link #close}
   */
  EntrySorter(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  void add(List<FileStatus> entries) throws IOException {
    List<FileStatus> full = null;
    synchronized (this) {
      buffer.addAll(entries);
      if (buffer.size() >= RUN) {
        full = buffer;
        buffer = new ArrayList<>(RUN);
      }
    }
    if (full != null) {
      write(full);
    }
  }

  private void write(List<FileStatus> entries) throws IOException {
    try {
      writers.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while listing");
    }
    try {
      entries.sort(SnapshotWriter.ORDER);
      Path run;
      synchronized (this) {
        run = directory.resolve("run-" + runs.size());
        runs.add(run);
      }
      try (SnapshotWriter writer = new SnapshotWriter(run, 0, RUN_LEVEL)) {
        for (FileStatus entry : entries) {
          writer.add(entry);
        }
        writer.finish(0, 0);
      }
    } finally {
      writers.release();
    }
  }

  /** Hands everything on in order. Only when nobody adds any more. */
  void merge(SnapshotWriter target) throws IOException {
    if (runs.isEmpty()) {
      buffer.sort(SnapshotWriter.ORDER);
      for (FileStatus entry : buffer) {
        target.add(entry);
      }
      return;
    }
    write(buffer);
    buffer = new ArrayList<>();
    List<Snapshot> opened = new ArrayList<>();
    try {
      PriorityQueue<Snapshot.Cursor> queue =
          new PriorityQueue<>(Comparator.comparing(Snapshot.Cursor::peek, SnapshotWriter.ORDER));
      for (Path run : runs) {
        Snapshot snapshot = Snapshot.open(run);
        opened.add(snapshot);
        Snapshot.Cursor cursor = snapshot.cursor("");
        if (cursor.peek() != null) {
          queue.add(cursor);
        }
      }
      while (!queue.isEmpty()) {
        Snapshot.Cursor least = queue.poll();
        FileStatus bound = queue.isEmpty() ? null : queue.peek().peek();
        // Runs of a listing by key ranges overlap little: stay with one as long as it is the least.
        do {
          target.add(least.peek());
          least.next();
        } while (least.peek() != null
            && (bound == null || SnapshotWriter.ORDER.compare(least.peek(), bound) <= 0));
        if (least.peek() != null) {
          queue.add(least);
        }
      }
    } finally {
      for (Snapshot snapshot : opened) {
        snapshot.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Path run : runs) {
      Files.deleteIfExists(run);
    }
    Files.deleteIfExists(directory);
  }
}

package io.forebay.snapshot;

import io.forebay.FileStatus;
import io.forebay.understore.KeyListing;
import io.forebay.understore.TreeListing;
import io.forebay.understore.UnderStore;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * Lists an under-store and writes what it finds into a snapshot file. Heap is bounded, however many
 * files there are. Used by one thread.
 */
public final class SnapshotBuilder {

  /** Of compression: the usual compromise, for a file that is kept. */
  private static final int LEVEL = 6;

  private final UnderStore store;
  private final int width;
  private final LongConsumer progress;
  private final LongAdder found = new LongAdder();
  private final LongAdder leftOut = new LongAdder();

  /**
   * @param width listings at a time
   * @param progress hears now and then how many entries were found; called by many threads
   */
  public SnapshotBuilder(UnderStore store, int width, LongConsumer progress) {
    this.store = store;
    this.width = width;
    this.progress = progress;
  }

  /** Lists everything. When this fails, it leaves nothing behind. */
  public SnapshotInfo build(Path file) throws IOException {
    long created = System.currentTimeMillis();
    try (EntrySorter sorter = new EntrySorter(file.resolveSibling(file.getFileName() + ".runs"));
        SnapshotWriter writer = new SnapshotWriter(file, created, LEVEL)) {
      list(
          (entries, others) -> {
            sorter.add(entries);
            leftOut.add(others);
            found.add(entries.size());
            progress.accept(found.sum());
          });
      sorter.merge(writer);
      return writer.finish(leftOut.sum());
    }
  }

  private void list(EntrySink sink) throws IOException {
    Optional<KeyListing> keys = store.keys();
    if (keys.isPresent()) {
      new KeyWalk(keys.get(), width, sink).run();
      return;
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            width,
            task -> {
              Thread thread = new Thread(task, "forebay-list");
              thread.setDaemon(true);
              return thread;
            });
    try {
      TreeListing.visit(
          this::children,
          "",
          threads,
          width,
          (directory, children) -> sink.accept(entries(directory, children), 0));
    } finally {
      threads.shutdownNow();
    }
  }

  private List<FileStatus> children(String directory) throws IOException {
    try {
      return TreeListing.list(store, directory);
    } catch (NoSuchFileException e) {
      if (directory.isEmpty()) {
        throw e;
      }
      return List.of(); // removed since its parent was listed
    }
  }

  /** Directories are known by their files; those that have none stand for themselves. */
  private static List<FileStatus> entries(String directory, List<FileStatus> children) {
    return children.isEmpty() && !directory.isEmpty()
        ? List.of(FileStatus.directory(directory))
        : children.stream().filter(c -> !c.directory()).toList();
  }
}

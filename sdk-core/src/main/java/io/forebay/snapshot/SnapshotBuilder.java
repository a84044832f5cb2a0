package io.forebay.snapshot;

import io.forebay.FileStatus;
import io.forebay.background.LogContext;
import io.forebay.understore.KeyListing;
import io.forebay.understore.ListingPage;
import io.forebay.understore.TreeListing;
import io.forebay.understore.UnderStore;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists an under-store and writes what it finds into a snapshot file. Heap is bounded, however many
 * files there are. Used by one thread.
 */
public final class SnapshotBuilder {

  private static final Logger log = LoggerFactory.getLogger(SnapshotBuilder.class);

  /** Of compression: the usual compromise, for a file that is kept. */
  private static final int LEVEL = 6;

  private final UnderStore store;
  private final int width;
  private final LongConsumer progress;
  private final LongAdder found = new LongAdder();
  private final LongAdder leftOut = new LongAdder();
  private final LongAdder unreadable = new LongAdder();

  /**
   * @param width listings at a time
   * @param progress hears now and then how many entries were found; called by many threads
   */
  public SnapshotBuilder(UnderStore store, int width, LongConsumer progress) {
    this.store = store;
    this.width = width;
    this.progress = progress;
  }

  /**
   * Lists everything, but for directories below the root that this user may not read: those are
   * named in the log, and counted. When this fails, it leaves nothing behind.
   */
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
      return writer.finish(leftOut.sum(), unreadable.sum());
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
              Thread thread = new Thread(LogContext.carried(task), "forebay-list");
              thread.setDaemon(true);
              return thread;
            });
    try {
      TreeListing.visit(
          directory -> list(directory, sink), "", threads, width, (directory, children) -> {});
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Lists one directory into the sink.
   *
   * @return its children
   */
  private List<FileStatus> list(String directory, EntrySink sink) throws IOException {
    List<FileStatus> children = new ArrayList<>();
    int others = 0;
    try {
      String continuation = "";
      do {
        ListingPage page = store.list(directory, continuation);
        children.addAll(page.entries());
        others += page.leftOut().size();
        unreadable.add(page.unreadable().size());
        continuation = page.next();
      } while (!continuation.isEmpty());
    } catch (NoSuchFileException e) {
      requireBelowRoot(directory, e);
      return List.of(); // removed since its parent was listed
    } catch (AccessDeniedException e) {
      requireBelowRoot(directory, e);
      log.warn("cannot list '{}'; the snapshot lacks it: {}", directory, e.getMessage());
      unreadable.increment();
      return List.of();
    }
    // Directories are known by their files; those that have none stand for themselves.
    boolean empty = children.isEmpty() && !directory.isEmpty();
    sink.accept(
        empty
            ? List.of(FileStatus.directory(directory))
            : children.stream().filter(c -> !c.directory()).toList(),
        others);
    return children;
  }

  private static <E extends IOException> void requireBelowRoot(String directory, E failure)
      throws E {
    if (directory.isEmpty()) {
      throw failure;
    }
  }
}

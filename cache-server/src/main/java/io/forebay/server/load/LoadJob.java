package io.forebay.server.load;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.background.LogContext;
import io.forebay.dataset.load.FileTree;
import io.forebay.dataset.load.LoadProgress;
import io.forebay.dataset.load.Loader;
import io.forebay.node.NodeDataSet;
import io.forebay.snapshot.Snapshot;
import io.forebay.spec.SnapshotId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a load. Thread-safe. */
final class LoadJob {

  private static final Logger log = LoggerFactory.getLogger(LoadJob.class);

  private final LoadRequest request;
  private final boolean metadata;
  private final LoadProgress progress = new LoadProgress();
  private volatile LoadReport.Phase phase = LoadReport.Phase.Pending;
  private volatile String reason = "";
  private volatile long unreadable;
  private volatile long startedNanos = System.nanoTime();
  private volatile long endedNanos;
  private volatile Optional<SnapshotId> loaded = Optional.empty();
  private volatile Thread thread;
  private volatile boolean cancelled;
  private volatile boolean stopped;

  LoadJob(LoadRequest request) {
    this(request, request.metadata());
  }

  /**
   * @param metadata whether to list the under-store first
   */
  LoadJob(LoadRequest request, boolean metadata) {
    this.request = request;
    this.metadata = metadata;
  }

  LoadRequest request() {
    return request;
  }

  boolean isOver() {
    return phase == LoadReport.Phase.Complete || phase == LoadReport.Phase.Failed;
  }

  boolean isComplete() {
    return phase == LoadReport.Phase.Complete;
  }

  /** The names that it loads, or loaded. */
  Optional<SnapshotId> loaded() {
    return loaded;
  }

  /** Why it has not begun yet. */
  void waitsFor(String what) {
    reason = "waits for " + what;
  }

  /** Ends it before it began. */
  synchronized void fail(String why) {
    startedNanos = System.nanoTime();
    end(why);
  }

  /** Seconds since its end. */
  double ageSeconds() {
    return isOver() ? (System.nanoTime() - endedNanos) / 1e9 : 0;
  }

  /**
   * Whether it did not come to its end because the server did, and is to go on at the next start.
   */
  boolean isUnfinished() {
    return stopped && phase != LoadReport.Phase.Complete;
  }

  /** False when it was ended while it waited. */
  private synchronized boolean begin() {
    if (isOver()) {
      return false;
    }
    thread = Thread.currentThread();
    startedNanos = System.nanoTime();
    reason = "";
    phase = LoadReport.Phase.Executing;
    log.info("load {} of {}: started", request.name(), request.dataSet());
    return true;
  }

  void run(NodeDataSet dataSet, DataSet client) {
    try (LogContext context = LogContext.of(request.dataSet())) {
      load(dataSet, client);
    }
  }

  private void load(NodeDataSet dataSet, DataSet client) {
    if (!begin()) {
      return;
    }
    try {
      if (cancelled || stopped) {
        throw new InterruptedIOException("the load ended before it started");
      }
      if (metadata) {
        SnapshotId listed = dataSet.snapshotForAll(request.acceptance(), progress::listed);
        unreadable = dataSet.snapshots().get(listed).info().unreadable();
      }
      loaded = dataSet.snapshots().inUse();
      if (request.data()) {
        new Loader(client, files(dataSet, client), dataSet.spec().policy().maxRequests())
            .load(request.targets(), progress);
      }
      end(failures());
    } catch (InterruptedIOException e) {
      end(cancelled ? "cancelled" : "the server stopped; the load continues after the next start");
    } catch (IOException | RuntimeException e) {
      end(String.valueOf(e.getMessage()));
    } catch (Error e) {
      end(e.toString());
      throw e;
    } finally {
      thread = null;
      Thread.interrupted(); // the thread is used again
    }
  }

  /** Empty when there are none. */
  private String failures() {
    long failed = progress.counts().failed();
    if (failed == 0) {
      return "";
    }
    LoadProgress.Failure first = progress.failures().get(0);
    return failed + " files failed; the first: " + first.path() + ": " + first.reason();
  }

  private void end(String why) {
    endedNanos = System.nanoTime();
    reason = why;
    phase = why.isEmpty() ? LoadReport.Phase.Complete : LoadReport.Phase.Failed;
    LoadProgress.Counts counts = progress.counts();
    log.info(
        "load {} of {}: {}, {} files and {} bytes{}{}",
        request.name(),
        request.dataSet(),
        phase,
        counts.filesDone(),
        counts.bytesDone(),
        why.isEmpty() ? "" : "; ",
        why);
  }

  /** From the snapshot, which streams; without one, from what the catalogue lists. */
  private static FileTree files(NodeDataSet dataSet, DataSet client) {
    Optional<Snapshot> snapshot = dataSet.snapshots().current();
    if (snapshot.isEmpty()) {
      return FileTree.of(client);
    }
    return (path, visitor) -> snapshot.get().forEach(path, entry -> visitIfFile(entry, visitor));
  }

  private static void visitIfFile(FileStatus entry, FileTree.Visitor visitor) throws IOException {
    if (!entry.directory()) {
      visitor.visit(entry);
    }
  }

  /** Ends it for good; what it loaded stays. */
  synchronized void cancel() {
    cancelled = true;
    if (phase == LoadReport.Phase.Pending) {
      fail("cancelled");
    } else {
      interrupt();
    }
  }

  /** Ends it because the server ends. */
  void stop() {
    stopped = true;
    interrupt();
  }

  private void interrupt() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }

  LoadReport report(String next) {
    LoadProgress.Counts counts = progress.counts();
    double seconds =
        phase == LoadReport.Phase.Pending
            ? 0
            : ((isOver() ? endedNanos : System.nanoTime()) - startedNanos) / 1e9;
    return new LoadReport(
        request.name(),
        request.dataSet(),
        phase,
        reason,
        seconds,
        seconds == 0 ? 0 : counts.bytesDone() / seconds,
        counts,
        progress.failures(),
        unreadable,
        next);
  }
}

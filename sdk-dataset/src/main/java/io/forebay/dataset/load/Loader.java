package io.forebay.dataset.load;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.background.DaemonThreads;
import io.forebay.control.CacheControl;
import io.forebay.limit.Descriptors;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Makes whole trees of a data set resident on the servers that own them. What is resident already
 * costs a look; so a load that was interrupted goes on where it was. Done means that every byte
 * asked for is resident and agrees with its checksum; what is not, is in the {@link LoadProgress}
 * with the reason. Thread-safe; {@link #load} may be interrupted.
 */
public final class Loader {

  /** What is loaded by one request: enough for full speed, little enough to be many at the end. */
  private static final long RANGE_BYTES = 4L << 20;

  /** Small files of one request, and bytes of them: they are loaded one after another. */
  private static final int BATCH_FILES = 16;

  private static final long BATCH_BYTES = 1 << 20;

  private final DataSet dataSet;
  private final CacheControl cache;
  private final FileTree files;
  private final int width;

  /**
   * @param files of the data set
   * @param requests that the under-store takes at a time; somewhat more ranges are loaded at a
   *     time, so that it does not wait for what comes before and after a request
   */
  public Loader(DataSet dataSet, FileTree files, int requests) {
    this.dataSet = dataSet;
    this.cache = CacheControl.of(dataSet);
    this.files = files;
    // Each has a connection, of which a server that asks itself has both ends.
    this.width = Descriptors.forRequests(requests + requests / 2);
  }

  private record Failed(FileStatus file, int replicas) {}

  /**
   * Loads, and tries what failed once more in the end.
   *
   * @throws IOException when the files cannot be listed; a file that cannot be loaded is a failure
   *     in the progress and no exception
   */
  public void load(List<LoadTarget> targets, LoadProgress progress) throws IOException {
    for (LoadTarget target : targets) {
      long[] found = {0};
      forEach(
          target,
          file -> {
            progress.expect(file.size());
            found[0]++;
          });
      if (found[0] == 0) {
        throw new NoSuchFileException(
            dataSet.name() + "/" + target.pattern(), null, "no such file, and no file below it");
      }
    }
    Queue<Failed> failed = new ConcurrentLinkedQueue<>();
    run(
        tasks -> {
          Batches batches =
              new Batches(tasks, progress, (file, n, why) -> failed.add(new Failed(file, n)));
          for (LoadTarget target : targets) {
            forEach(target, file -> batches.add(file, target.replicas()));
            batches.flush();
          }
        });
    run(
        tasks -> {
          Batches batches =
              new Batches(tasks, progress, (file, n, why) -> progress.failed(file.path(), why));
          for (Failed each : failed) {
            batches.add(each.file, each.replicas);
            batches.flush();
          }
        });
  }

  private void forEach(LoadTarget target, FileTree.Visitor visitor) throws IOException {
    Predicate<String> matcher = target.matcher();
    files.forEach(
        target.root(),
        file -> {
          if (matcher.test(file.path())) {
            visitor.visit(file);
          }
        });
  }

  private interface OnFailure {
    void failed(FileStatus file, int replicas, String reason);
  }

  /** Makes tasks of files: several small ones, or a range of a large one. Used by one thread. */
  private final class Batches {

    private final Tasks tasks;
    private final LoadProgress progress;
    private final OnFailure onFailure;
    private List<FileStatus> small = new ArrayList<>();
    private long smallBytes;
    private int smallReplicas;

    Batches(Tasks tasks, LoadProgress progress, OnFailure onFailure) {
      this.tasks = tasks;
      this.progress = progress;
      this.onFailure = onFailure;
    }

    void add(FileStatus file, int replicas) throws InterruptedIOException {
      if (file.size() > BATCH_BYTES) {
        addRanges(file, replicas);
        return;
      }
      if (small.size() == BATCH_FILES || smallBytes + file.size() > BATCH_BYTES) {
        flush();
      }
      small.add(file);
      smallBytes += file.size();
      smallReplicas = replicas;
    }

    void flush() throws InterruptedIOException {
      List<FileStatus> batch = small;
      int replicas = smallReplicas;
      small = new ArrayList<>();
      smallBytes = 0;
      if (!batch.isEmpty()) {
        tasks.add(() -> loadBatch(batch, replicas));
      }
    }

    private void loadBatch(List<FileStatus> batch, int replicas) {
      Map<FileStatus, String> reasons = new HashMap<>();
      try {
        cache.loadAll(
            batch, replicas, (file, e) -> reasons.put(file, String.valueOf(e.getMessage())));
      } catch (IOException | RuntimeException e) {
        batch.forEach(file -> reasons.put(file, String.valueOf(e.getMessage())));
      }
      for (FileStatus file : batch) {
        if (reasons.containsKey(file)) {
          onFailure.failed(file, replicas, reasons.get(file));
        } else {
          progress.loaded(file.size());
          progress.fileDone();
        }
      }
    }

    /** Ranges of a file, which is done when the last one is. */
    private void addRanges(FileStatus file, int replicas) throws InterruptedIOException {
      int count = Math.toIntExact((file.size() + RANGE_BYTES - 1) / RANGE_BYTES);
      AtomicInteger left = new AtomicInteger(count);
      AtomicInteger bad = new AtomicInteger();
      AtomicLong done = new AtomicLong();
      for (int i = 0; i < count; i++) {
        long offset = i * RANGE_BYTES;
        long length = Math.min(RANGE_BYTES, file.size() - offset);
        tasks.add(
            () -> {
              try {
                if (bad.get() == 0) {
                  cache.load(file, offset, length, replicas);
                  progress.loaded(length);
                  done.addAndGet(length);
                }
              } catch (IOException | RuntimeException e) {
                if (bad.getAndIncrement() == 0) {
                  onFailure.failed(file, replicas, String.valueOf(e.getMessage()));
                }
              }
              if (left.decrementAndGet() == 0) {
                if (bad.get() == 0) {
                  progress.fileDone();
                } else {
                  progress.loaded(-done.get()); // it is begun anew, or does not count
                }
              }
            });
      }
    }
  }

  private interface Tasks {
    void add(Runnable task) throws InterruptedIOException;
  }

  private interface Feeder {
    void feed(Tasks tasks) throws IOException;
  }

  /** Runs what a feeder comes up with; never far behind it, for there may be millions. */
  private void run(Feeder feeder) throws IOException {
    ExecutorService threads =
        Executors.newFixedThreadPool(width, DaemonThreads.named("forebay-load"));
    Semaphore places = new Semaphore(4 * width);
    AtomicBoolean cancelled = new AtomicBoolean();
    try {
      feeder.feed(
          task -> {
            acquire(places);
            threads.execute(
                () -> {
                  try {
                    if (!cancelled.get()) {
                      task.run();
                    }
                  } finally {
                    places.release();
                  }
                });
          });
      places.acquire(4 * width);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cancelled();
    } finally {
      // Never interrupted: that would close tier files under their readers. Ranges end by
      // themselves, with the time-outs of under-store and servers.
      cancelled.set(true);
      threads.shutdown();
    }
  }

  private static void acquire(Semaphore places) throws InterruptedIOException {
    try {
      places.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cancelled();
    }
  }

  private static InterruptedIOException cancelled() {
    return new InterruptedIOException("the load was cancelled");
  }
}

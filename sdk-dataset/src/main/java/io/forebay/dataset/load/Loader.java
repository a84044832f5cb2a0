package io.forebay.dataset.load;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes whole trees of a data set resident on the servers that own them. What is resident already
 * costs a look; so a load that was interrupted goes on where it was. Done means that every byte
 * asked for is resident and agrees with its checksum; what is not, is in the {@link LoadProgress}
 * with the reason. Thread-safe; {@link #load} may be interrupted.
 */
public final class Loader {

  /** What is loaded by one request: enough for full speed, little enough for a moving bar. */
  private static final long RANGE_BYTES = 16L << 20;

  private final DataSet dataSet;
  private final FileTree files;
  private final int width;

  /**
   * @param files of the data set
   * @param requests that the under-store takes at a time; somewhat more ranges are loaded at a
   *     time, so that it does not wait for what comes before and after a request
   */
  public Loader(DataSet dataSet, FileTree files, int requests) {
    this.dataSet = dataSet;
    this.files = files;
    this.width = requests + requests / 2;
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
            dataSet.name() + "/" + target.pattern(), null, "no file is there or below");
      }
    }
    Queue<Failed> failed = new ConcurrentLinkedQueue<>();
    run(
        tasks -> {
          for (LoadTarget target : targets) {
            forEach(
                target,
                file ->
                    split(
                        file,
                        target.replicas(),
                        tasks,
                        progress,
                        reason -> failed.add(new Failed(file, target.replicas()))));
          }
        });
    run(
        tasks -> {
          for (Failed each : failed) {
            split(
                each.file,
                each.replicas,
                tasks,
                progress,
                reason -> progress.failed(each.file.path(), reason));
          }
        });
  }

  private void forEach(LoadTarget target, FileTree.Visitor visitor) throws IOException {
    PathMatcher matcher = target.matcher();
    files.forEach(
        target.root(),
        file -> {
          if (LoadTarget.matches(matcher, file.path())) {
            visitor.visit(file);
          }
        });
  }

  private interface OnFailure {
    void failed(String reason);
  }

  /** Ranges of a file, done when the last one is. */
  private void split(
      FileStatus file, int replicas, Tasks tasks, LoadProgress progress, OnFailure onFailure)
      throws IOException {
    List<Long> offsets = new ArrayList<>();
    for (long offset = 0; offset == 0 || offset < file.size(); offset += RANGE_BYTES) {
      offsets.add(offset);
    }
    AtomicInteger left = new AtomicInteger(offsets.size());
    AtomicInteger bad = new AtomicInteger();
    AtomicLong done = new AtomicLong();
    for (long offset : offsets) {
      long length = Math.min(RANGE_BYTES, file.size() - offset);
      tasks.add(
          () -> {
            try {
              if (bad.get() == 0) {
                dataSet.load(file, offset, length, replicas);
                progress.loaded(length);
                done.addAndGet(length);
              }
            } catch (IOException | RuntimeException e) {
              if (bad.getAndIncrement() == 0) {
                onFailure.failed(String.valueOf(e.getMessage()));
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

  private interface Tasks {
    void add(Runnable task) throws InterruptedIOException;
  }

  private interface Feeder {
    void feed(Tasks tasks) throws IOException;
  }

  /** Runs what a feeder comes up with; never far behind it, for there may be millions. */
  private void run(Feeder feeder) throws IOException {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            width,
            task -> {
              Thread thread = new Thread(task, "forebay-load");
              thread.setDaemon(true);
              return thread;
            });
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
      // themselves,
      // with the time-outs of under-store and servers.
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

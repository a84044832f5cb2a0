package io.forebay.dataset.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** How far a load has come, to be looked at while it runs. Thread-safe. */
public final class LoadProgress {

  /** Failures that are remembered one by one; all are counted. */
  private static final int REMEMBERED = 1_000;

  /** A file that could not be loaded, and why. */
  public record Failure(String path, String reason) {}

  /**
   * One moment.
   *
   * @param listed entries found by the listing, if there is one
   * @param files to be loaded; 0 until they are counted
   * @param bytes of them
   * @param filesDone that are resident and verified
   * @param bytesDone of them, and of ranges of files that are not
   * @param failed files
   */
  public record Counts(
      long listed, long files, long bytes, long filesDone, long bytesDone, long failed) {}

  private final AtomicLong listed = new AtomicLong();
  private final AtomicLong files = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong filesDone = new AtomicLong();
  private final AtomicLong bytesDone = new AtomicLong();
  private final List<Failure> failures = new ArrayList<>();
  private long failed;

  /** The listing found so many entries. */
  public void listed(long entries) {
    listed.accumulateAndGet(entries, Math::max);
  }

  void expect(long size) {
    files.incrementAndGet();
    bytes.addAndGet(size);
  }

  void loaded(long length) {
    bytesDone.addAndGet(length);
  }

  void fileDone() {
    filesDone.incrementAndGet();
  }

  synchronized void failed(String path, String reason) {
    failed++;
    if (failures.size() < REMEMBERED) {
      failures.add(new Failure(path, reason));
    }
  }

  public synchronized Counts counts() {
    return new Counts(
        listed.get(), files.get(), bytes.get(), filesDone.get(), bytesDone.get(), failed);
  }

  /** The first files that failed, and why. */
  public synchronized List<Failure> failures() {
    return List.copyOf(failures);
  }
}

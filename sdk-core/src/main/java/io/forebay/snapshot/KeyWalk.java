package io.forebay.snapshot;

import io.forebay.FileStatus;
import io.forebay.background.LogContext;
import io.forebay.understore.KeyListing;
import io.forebay.understore.Utf8;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/**
 * Lists all keys with many listings of disjoint ranges at a time: whoever has a range divides what
 * is left of it as long as others have nothing to do. Ranges divide where keys are dense, whatever
 * the directories look like. Thread-safe.
 */
final class KeyWalk {

  /** Requests that may turn out to find nothing, beside those that found something. */
  private static final int FREE_PROBES = 256;

  /**
   * @param after exclusive
   * @param end inclusive; null for no end
   */
  private record Range(String after, String end) {}

  private final KeyListing keys;
  private final int width;
  private final EntrySink sink;
  private final Deque<Range> waiting = new ArrayDeque<>();
  private int idle;
  private long found;
  private long empty;
  private IOException failure;

  KeyWalk(KeyListing keys, int width, EntrySink sink) {
    this.keys = keys;
    this.width = width;
    this.sink = sink;
  }

  /** Runs until all is listed, or something failed. */
  void run() throws IOException {
    waiting.add(new Range("", null));
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      Thread worker = new Thread(LogContext.carried(this::work), "forebay-list");
      worker.setDaemon(true);
      worker.start();
      workers.add(worker);
    }
    try {
      for (Thread worker : workers) {
        worker.join();
      }
    } catch (InterruptedException e) {
      workers.forEach(Thread::interrupt);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while listing");
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void work() {
    try {
      for (Range range = take(); range != null; range = take()) {
        list(range);
      }
    } catch (IOException | RuntimeException e) {
      synchronized (this) {
        if (failure == null) {
          failure = e instanceof IOException io ? io : new IOException("listing failed", e);
        }
        notifyAll();
      }
    }
  }

  /** Null when there is nothing to be done any more. */
  private synchronized Range take() throws InterruptedIOException {
    idle++;
    while (waiting.isEmpty() && idle < width && failure == null) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while listing");
      }
    }
    if (waiting.isEmpty() || failure != null) {
      notifyAll(); // the last one to become idle tells the others
      return null;
    }
    idle--;
    return waiting.remove();
  }

  private void list(Range range) throws IOException {
    String after = range.after;
    String end = range.end;
    boolean any = false;
    while (true) {
      String before = after;
      KeyListing.Page page = keys.list(after);
      List<FileStatus> inside =
          end == null ? page.files() : upTo(end, page.files(), FileStatus::path);
      int leftOut = (end == null ? page.leftOut() : upTo(end, page.leftOut(), k -> k)).size();
      any |= !inside.isEmpty();
      sink.accept(inside, leftOut);
      if (page.more() && !after.isEmpty() && Utf8.ORDER.compare(page.last(), after) <= 0) {
        // A key whose bytes are no UTF-8 sorts elsewhere than what the client makes of it.
        throw new IOException(
            "the listing makes no progress after '"
                + page.last()
                + "'; rename objects near it that have names other than UTF-8");
      }
      after = page.last();
      if (!page.more() || (end != null && Utf8.ORDER.compare(after, end) >= 0)) {
        break;
      }
      List<String> points = divide(before, after, end);
      if (!points.isEmpty()) {
        end = points.get(0);
      }
    }
    synchronized (this) {
      if (any) {
        found++;
      } else {
        empty++;
      }
    }
  }

  private static <T> List<T> upTo(String end, List<T> entries, Function<T, String> key) {
    int count = entries.size();
    while (count > 0 && Utf8.ORDER.compare(key.apply(entries.get(count - 1)), end) > 0) {
      count--;
    }
    return entries.subList(0, count);
  }

  private synchronized List<String> divide(String before, String last, String end) {
    found++;
    int free = Math.min(idle - waiting.size(), KeyRanges.pages(before, last, end));
    if (free <= 0 || empty > FREE_PROBES + found) {
      return List.of();
    }
    List<String> points = KeyRanges.divide(last, end, free);
    for (int i = 0; i < points.size(); i++) {
      waiting.add(new Range(points.get(i), i + 1 < points.size() ? points.get(i + 1) : end));
    }
    notifyAll();
    return points;
  }
}

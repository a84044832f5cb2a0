package io.forebay.cluster;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.Origin;
import io.forebay.control.CacheControl;
import io.forebay.samples.oss.Seed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A trainer: several threads read the sample files, each file once in an epoch, and compare each
 * byte. It answers questions:
 *
 * <ul>
 *   <li>{@code report}: a {@link Report} of what happened since the last {@code reset}
 *   <li>{@code reset}: the same, of nothing
 *   <li>{@code reopen}: goes on with a new client, which knows of no failures
 *   <li>{@code owners}: the owner of each file, in the order of their names
 * </ul>
 *
 * and ends when there are no more of them.
 */
final class ReaderMain {

  static final int THREADS = 4;

  /** Between two reads of a thread: other processes are to have the processors, too. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Forebay.Builder builder;
  private final SampleFiles files;
  private final List<Worker> workers = new ArrayList<>();
  private final Deque<String> epoch = new ArrayDeque<>();
  private final Random order = Seed.random(0);
  private volatile Forebay client;
  private long reads;
  private long wrong;
  private long failed;
  private long longestNanos;
  private String error = "";
  private long underStoreBefore;

  private ReaderMain(Forebay.Builder builder, SampleFiles files) throws IOException {
    this.builder = builder;
    this.files = files;
    this.client = builder.open();
  }

  /** Members, host of the under-store, number of files, patience in milliseconds. */
  public static void main(String[] arguments) throws IOException {
    Forebay.Builder builder =
        Forebay.builder()
            .servers(arguments[0])
            .patience(Duration.ofMillis(Long.parseLong(arguments[3])));
    StoreMain.options(arguments[1]).forEach(builder::option);
    SampleFiles files = new SampleFiles(Integer.parseInt(arguments[2]));
    ReaderMain reader = new ReaderMain(builder, files);
    for (int i = 0; i < THREADS; i++) {
      reader.start(i);
    }
    Conversation.answer(reader::answer);
    System.exit(0);
  }

  private String answer(String question) {
    try {
      switch (question) {
        case "reset" -> reset();
        case "reopen" -> reopen();
        case "owners" -> {
          return owners();
        }
        default -> {}
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return report().toLine();
  }

  /** The one before is not closed: reads of it may be under way, and are to end well. */
  private void reopen() throws IOException {
    Forebay other = builder.open();
    other.dataSet(Cluster.DATA_SET);
    client = other;
  }

  private String owners() throws IOException {
    DataSet data = client.dataSet(Cluster.DATA_SET);
    List<String> owners = new ArrayList<>();
    for (String path : files.paths()) {
      owners.add(CacheControl.of(data).place(data.stat(path)).owners().get(0));
    }
    return String.join(" ", owners);
  }

  private synchronized String nextPath() {
    if (epoch.isEmpty()) {
      List<String> paths = new ArrayList<>(files.paths());
      Collections.shuffle(paths, order);
      epoch.addAll(paths);
    }
    return epoch.poll();
  }

  private void start(int number) {
    Worker worker = new Worker();
    workers.add(worker);
    Thread thread = new Thread(worker, "reader-" + number);
    thread.setDaemon(true);
    thread.start();
  }

  private final class Worker implements Runnable {

    private long since; // of the read under way; 0 for none; guarded by the reader

    @Override
    public void run() {
      while (true) {
        read(nextPath());
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }

    private void read(String path) {
      ByteBuffer expected = ByteBuffer.wrap(files.content(path));
      begin(this);
      try {
        boolean right = client.dataSet(Cluster.DATA_SET).read(path).equals(expected);
        end(this, right ? "" : "wrong bytes of " + path);
      } catch (IOException | RuntimeException e) {
        failed(this, path, e);
      }
    }
  }

  private synchronized void begin(Worker worker) {
    worker.since = System.nanoTime();
  }

  private synchronized void end(Worker worker, String complaint) {
    note(worker, complaint);
    reads++;
    if (!complaint.isEmpty()) {
      wrong++;
    }
  }

  private synchronized void failed(Worker worker, String path, Exception e) {
    if (failed == 0) {
      e.printStackTrace();
    }
    note(worker, path + ": " + described(e));
    failed++;
  }

  private static String described(Throwable e) {
    StringBuilder text = new StringBuilder(e.toString());
    for (Throwable other : e.getSuppressed()) {
      text.append("; then ").append(other);
    }
    return text.toString();
  }

  private void note(Worker worker, String complaint) {
    longestNanos = Math.max(longestNanos, System.nanoTime() - worker.since);
    worker.since = 0;
    if (error.isEmpty()) {
      error = complaint;
    }
  }

  private synchronized void reset() {
    reads = 0;
    wrong = 0;
    failed = 0;
    longestNanos = 0;
    error = "";
    underStoreBefore = client.stats().reads(Origin.UNDER_STORE);
    long now = System.nanoTime();
    workers.forEach(worker -> worker.since = worker.since == 0 ? 0 : now);
  }

  private synchronized Report report() {
    long longest = longestNanos;
    long now = System.nanoTime();
    for (Worker worker : workers) {
      longest = Math.max(longest, worker.since == 0 ? 0 : now - worker.since);
    }
    return new Report(
        reads,
        client.stats().reads(Origin.UNDER_STORE) - underStoreBefore,
        wrong,
        failed,
        TimeUnit.NANOSECONDS.toMillis(longest),
        error);
  }
}

package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Threads that read all files once in an epoch, each time in a new random order, and compare every
 * byte. Between two reads a thread computes for a while, and time that a read took too long is not
 * made up for. Used by one thread.
 */
final class Training implements AutoCloseable {

  private static final int THREADS = 4;

  /** As long as a step of the training takes; a pause, so that the servers have the processors. */
  private static final long COMPUTING_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final int LIMIT_SECONDS = 60;

  /** What happens in the middle of an epoch. */
  interface Event {

    Event NONE = () -> {};

    void happen() throws Exception;
  }

  /**
   * What an epoch was like for the training.
   *
   * @param longestSeconds of one read
   * @param failed reads that threw
   * @param wrong reads that returned other bytes than the file's
   */
  record Epoch(double seconds, double longestSeconds, int failed, int wrong) {}

  private final DataSet data;
  private final List<FileStatus> files;
  private final Function<String, byte[]> contents;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final Random order = new Random(1);

  /**
   * @param contents what is right, by path
   */
  Training(DataSet data, Function<String, byte[]> contents) throws IOException {
    this.data = data;
    this.files = new ArrayList<>(data.walk(""));
    this.contents = contents;
  }

  List<FileStatus> files() {
    return files;
  }

  /** Reads each file once. */
  Epoch epoch() throws Exception {
    return epoch(Event.NONE);
  }

  /** Reads each file once; the event begins when a third of them is read, while reads go on. */
  Epoch epoch(Event event) throws Exception {
    Collections.shuffle(files, order);
    Run run = new Run();
    List<Future<?>> running = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < THREADS; i++) {
      running.add(threads.submit(run));
    }
    if (!run.third.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("the training stands still");
    }
    event.happen();
    for (Future<?> each : running) {
      await(each);
    }
    return new Epoch(
        (run.endNanos.get() - start) / 1e9,
        run.longestNanos.get() / 1e9,
        run.failed.get(),
        run.wrong.get());
  }

  private static void await(Future<?> running) throws IOException, InterruptedException {
    try {
      running.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the training does not go on", e);
    }
  }

  /** One epoch. */
  private final class Run implements Runnable {

    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch third = new CountDownLatch(files.size() / 3);
    private final AtomicLong longestNanos = new AtomicLong();
    private final AtomicLong endNanos = new AtomicLong(Long.MIN_VALUE);
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger wrong = new AtomicInteger();

    @Override
    public void run() {
      for (int i = next.getAndIncrement(); i < files.size(); i = next.getAndIncrement()) {
        read(files.get(i));
        third.countDown();
        LockSupport.parkNanos(COMPUTING_NANOS);
      }
      endNanos.accumulateAndGet(System.nanoTime(), Math::max);
    }

    private void read(FileStatus file) {
      long begun = System.nanoTime();
      try {
        ByteBuffer bytes = data.read(file);
        longestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
        if (!bytes.equals(ByteBuffer.wrap(contents.apply(file.path())))) {
          wrong.incrementAndGet();
        }
      } catch (IOException | RuntimeException e) {
        longestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
        if (failed.incrementAndGet() == 1) {
          System.err.println("a read failed: " + file.path() + ": " + e);
        }
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}

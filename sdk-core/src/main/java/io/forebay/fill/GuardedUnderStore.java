package io.forebay.fill;

import io.forebay.FileStatus;
import io.forebay.limit.Descriptors;
import io.forebay.limit.RateLimit;
import io.forebay.spec.CachePolicy;
import io.forebay.understore.KeyListing;
import io.forebay.understore.ListingPage;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreException;
import io.forebay.understore.UnfinishedWrite;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps one data set's requests within its limits, and counts them. Where the store throttles, the
 * number of requests at a time is halved, and grows again by one for each full round of successes.
 * A request counts from its start until its stream is closed. Thread-safe.
 */
public final class GuardedUnderStore implements UnderStore {

  /** One burst of throttled answers is one sign. */
  private static final long HALVE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final UnderStore delegate;
  private int maxRequests;
  private final RateLimit pace;
  private final Latencies latencies = new Latencies();
  private final LongAdder requests = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder throttled = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private long answers;
  private long answerNanos;
  private double limit;
  private int running;
  private int waiting;
  private long halved;
  private boolean suspended;
  private String dataSet = "";

  public GuardedUnderStore(UnderStore delegate, CachePolicy policy) {
    this.delegate = delegate;
    this.maxRequests = Descriptors.forRequests(policy.maxRequests());
    this.limit = maxRequests;
    this.pace = new RateLimit(policy.bytesPerSecond());
    this.halved = System.nanoTime() - HALVE_NANOS;
  }

  /** Keeps to other limits from now on. */
  public synchronized void become(CachePolicy policy) {
    maxRequests = Descriptors.forRequests(policy.maxRequests());
    limit = maxRequests;
    pace.set(policy.bytesPerSecond());
    notifyAll();
  }

  /**
   * While suspended, the store is asked for nothing.
   *
   * @param name the data set's, for those who ask
   */
  public synchronized void suspend(String name, boolean whether) {
    dataSet = name;
    suspended = whether;
    notifyAll();
  }

  Latencies latencies() {
    return latencies;
  }

  /** Counts and times of one moment. */
  public synchronized UnderStoreStatus status() {
    return new UnderStoreStatus(
        requests.sum(),
        failures.sum(),
        throttled.sum(),
        bytes.sum(),
        running,
        waiting,
        (int) limit,
        answers,
        answerNanos / 1e9,
        latencies.quantile(0.5).toNanos() / 1e6,
        latencies.quantile(0.99).toNanos() / 1e6);
  }

  /** Whether a request could start at once. */
  synchronized boolean hasRoom() {
    return running < (int) limit;
  }

  private synchronized void begin() throws IOException {
    waiting++;
    try {
      while (running >= (int) limit && !suspended) {
        wait();
      }
      if (suspended) {
        throw UnderStoreException.lasting(
            "data set '"
                + dataSet
                + "' is suspended, and the requested bytes are not cached; to end the suspension,"
                + " run: forebay resume "
                + dataSet,
            null);
      }
      running++;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the limit of requests");
    } finally {
      waiting--;
    }
  }

  /** One place is free, so one of those who wait is woken: all of them would take turns in vain. */
  private synchronized void end() {
    running--;
    notify();
  }

  private synchronized void succeeded(long nanos) {
    answers++;
    answerNanos += nanos;
    latencies.add(nanos);
    int places = (int) limit;
    limit = Math.min(maxRequests, limit + 1 / limit);
    if ((int) limit > places) {
      notify();
    }
  }

  private void failed(IOException e) {
    failures.increment();
    if (e instanceof UnderStoreException failure && failure.isThrottling()) {
      throttled.increment();
      synchronized (this) {
        if (System.nanoTime() - halved > HALVE_NANOS) {
          halved = System.nanoTime();
          limit = Math.max(1, limit / 2);
        }
      }
    }
  }

  private interface Request<T> {
    T send() throws IOException;
  }

  /**
   * @param toBeClosed whether the request goes on after its answer has begun
   */
  private <T> T send(Request<T> request, boolean toBeClosed) throws IOException {
    begin();
    boolean goesOn = false;
    try {
      requests.increment();
      long start = System.nanoTime();
      T answer = request.send();
      succeeded(System.nanoTime() - start);
      goesOn = toBeClosed;
      return answer;
    } catch (IOException e) {
      failed(e);
      throw e;
    } finally {
      if (!goesOn) {
        end();
      }
    }
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    return send(() -> delegate.stat(path), false);
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    return send(() -> delegate.list(directory, continuation), false);
  }

  @Override
  public Optional<KeyListing> keys() {
    return delegate.keys().map(keys -> after -> send(() -> keys.list(after), false));
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    return new GuardedStream(send(() -> delegate.open(file, offset, length), true));
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    return send(() -> delegate.put(path, content, length), false);
  }

  @Override
  public FileStatus rename(FileStatus from, String to) throws IOException {
    return send(() -> delegate.rename(from, to), false);
  }

  private interface Change {
    void make() throws IOException;
  }

  private void change(Change change) throws IOException {
    send(
        () -> {
          change.make();
          return null;
        },
        false);
  }

  @Override
  public List<UnfinishedWrite> unfinished() throws IOException {
    return send(delegate::unfinished, false);
  }

  @Override
  public void abandon(UnfinishedWrite write) throws IOException {
    change(() -> delegate.abandon(write));
  }

  @Override
  public void delete(String path) throws IOException {
    change(() -> delegate.delete(path));
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    change(() -> delegate.makeDirectory(path));
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    change(() -> delegate.removeDirectory(path));
  }

  @Override
  public void close() throws IOException {
    delegate.close();
  }

  /** Keeps to the pace, and gives its place back when it is closed. */
  private final class GuardedStream extends FilterInputStream {

    private boolean closed;

    GuardedStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        int n = in.read(target, offset, length);
        if (n > 0) {
          bytes.add(n);
          pace.take(n);
        }
        return n;
      } catch (IOException e) {
        failed(e);
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        try {
          in.close();
        } finally {
          end();
        }
      }
    }
  }
}

package io.forebay.understore.layer;

import io.forebay.FileStatus;
import io.forebay.limit.Descriptors;
import io.forebay.limit.Latencies;
import io.forebay.limit.RateLimit;
import io.forebay.spec.CachePolicy;
import io.forebay.understore.BulkInputStream;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps one data set's requests within its limits, and counts them. Where the store throttles, the
 * number of requests at a time is halved, and grows again by one for each full round of successes.
 * A request counts from its start until its stream is closed. Thread-safe.
 */
public final class GuardedUnderStore extends ForwardingUnderStore {

  /** One burst of throttled answers is one sign. */
  private static final long HALVE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final UnderStore delegate;
  private final String dataSet;
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

  /**
   * @param dataSet its name, for messages
   */
  public GuardedUnderStore(UnderStore delegate, String dataSet, CachePolicy policy) {
    this.delegate = delegate;
    this.dataSet = dataSet;
    this.maxRequests = Descriptors.forRequests(policy.maxRequests());
    this.limit = maxRequests;
    this.pace = new RateLimit(policy.bytesPerSecond());
    this.halved = System.nanoTime() - HALVE_NANOS;
  }

  /** Keeps to other limits from now on. */
  synchronized void reconfigure(CachePolicy policy) {
    maxRequests = Descriptors.forRequests(policy.maxRequests());
    limit = maxRequests;
    pace.set(policy.bytesPerSecond());
    notifyAll();
  }

  /** While suspended, the store is asked for nothing. */
  synchronized void suspend(boolean whether) {
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

  /**
   * @param toBeClosed whether the request goes on after its answer has begun
   */
  private <T> T send(Request<T> request, boolean toBeClosed) throws IOException {
    begin();
    boolean goesOn = false;
    try {
      requests.increment();
      long start = System.nanoTime();
      T answer = request.send(delegate);
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
  UnderStore target() {
    return delegate;
  }

  @Override
  <T> T send(Request<T> request) throws IOException {
    return send(request, false);
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    return new GuardedStream(send(store -> store.open(file, offset, length), true));
  }

  /** Keeps to the pace, and gives its place back when it is closed. */
  private final class GuardedStream extends BulkInputStream {

    private final InputStream in;
    private boolean closed;

    GuardedStream(InputStream in) {
      this.in = in;
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

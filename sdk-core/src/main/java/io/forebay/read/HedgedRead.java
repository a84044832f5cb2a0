package io.forebay.read;

import io.forebay.background.DaemonThreads;
import io.forebay.limit.Latencies;
import io.forebay.read.Servers.Candidate;
import io.forebay.wire.Item;
import io.forebay.wire.PendingGet;
import io.forebay.wire.Reach;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from a server and, when its first byte takes longer than in 99 of 100 reads, also from
 * another owner, as far as that has the bytes in its cache: it costs the under-store nothing. The
 * answer that is complete first counts. Thread-safe.
 */
final class HedgedRead {

  private static final Logger log = LoggerFactory.getLogger(HedgedRead.class);

  /** After so many reads the 99th percentile is looked at again; fewer times say little of it. */
  private static final long SAMPLES = 200;

  /** Below this, waiting costs less than asking again. */
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Until there are samples, a read is late after this share of the patience. */
  private static final int PATIENCE_SHARE = 10;

  /** One read in so many may be hedged, and a few more at the beginning. */
  private static final int ONE_IN = 50;

  private static final int AT_FIRST = 16;

  /** The second answer is held in memory. */
  private static final int LARGEST = 16 << 20;

  private static final int THREADS = 32;

  private static final ExecutorService helpers =
      new ThreadPoolExecutor(
          0,
          THREADS,
          10,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          DaemonThreads.named("forebay-hedge"));

  private final Latencies latencies = new Latencies();
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong hedged = new AtomicLong();
  private volatile long lateNanos;

  /**
   * @param patience the longest silence before a server counts as down
   */
  HedgedRead(Duration patience) {
    this.lateNanos = patience.toNanos() / PATIENCE_SHARE;
  }

  /**
   * Fills the target from one of two servers.
   *
   * @return which it was
   */
  Candidate read(String dataSet, Item item, ByteBuffer target, Candidate first, Candidate second)
      throws IOException {
    if (item.length() > LARGEST) {
      first.server().read(dataSet, item, first.reach(), target);
      return first;
    }
    long read = reads.incrementAndGet();
    Race race = new Race(dataSet, item, second);
    int start = target.position();
    long sent = System.nanoTime();
    try {
      first.server().read(dataSet, item, first.reach(), target, race::watch);
      latencies.add(System.nanoTime() - sent);
      if (read % SAMPLES == 0) { // not for each read, for it looks at all samples
        lateNanos = Math.max(LEAST_NANOS, latencies.quantile(0.99).toNanos());
      }
      return first;
    } catch (IOException e) {
      ByteBuffer answer = race.answer();
      if (answer == null) {
        throw e;
      }
      first.server().overtaken();
      target.position(start).put(answer);
      return second;
    } finally {
      race.end();
    }
  }

  /** The second request, if it comes to that. */
  private final class Race implements Runnable {

    private final String dataSet;
    private final Item item;
    private final Candidate second;
    private PendingGet first; // only the reader's, until it is watched
    private LateReads.Watch watch;

    // Guarded by this.
    private ByteBuffer answer;
    private boolean over;

    Race(String dataSet, Item item, Candidate second) {
      this.dataSet = dataSet;
      this.item = item;
      this.second = second;
    }

    void watch(PendingGet pending) {
      first = pending;
      watch = LateReads.watch(pending, lateNanos, this::late);
    }

    private void late() {
      if (hedged.get() < AT_FIRST + reads.get() / ONE_IN) {
        hedged.incrementAndGet();
        try {
          helpers.execute(this);
        } catch (RejectedExecutionException e) {
          log.debug("too many late reads at a time; {} is not asked", second.server().address());
        }
      }
    }

    @Override
    public void run() {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(item.length()));
      try {
        second.server().read(dataSet, item, Reach.CACHE, bytes);
      } catch (IOException e) {
        log.debug("{} cannot help", second.server().address(), e);
        return;
      }
      synchronized (this) {
        if (over) {
          return;
        }
        answer = bytes.flip();
      }
      first.abandon();
    }

    synchronized ByteBuffer answer() {
      return answer;
    }

    void end() {
      synchronized (this) {
        over = true;
      }
      if (watch != null) {
        watch.close();
      }
    }
  }
}

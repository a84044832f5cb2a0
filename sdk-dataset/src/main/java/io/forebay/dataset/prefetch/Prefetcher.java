package io.forebay.dataset.prefetch;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.control.CacheControl;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the files of a plan fetched before its reader comes to them, and tells the cache what will be
 * read. It keeps ahead of the reader by a time, measured at the reader's own speed, and by a number
 * of bytes at the most; a reader that pauses is waited for. Whatever fails is left to the reader.
 *
 * <p>One thread, of low weight: it names files, others fetch them. Thread-safe.
 */
public final class Prefetcher implements ProgressListener {

  private static final Logger log = LoggerFactory.getLogger(Prefetcher.class);

  /**
   * So many times in an epoch the reader's progress is told to the cache, within bounds: what was
   * fetched ahead keeps its place until then, and with a fortieth of it a cache that several jobs
   * share loses a seventh of its hits (docs/simulation.md). Where all that comes next is on this
   * node, there is nothing to lose.
   */
  private static final double TOLD_PER_EPOCH = 4_000;

  private static final long TELL_LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long TELL_MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** The cache forgets jobs that are silent for a minute. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** Reads that are announced, or asked for, at a time. */
  private static final int ANNOUNCED_AT_ONCE = 5_000;

  private static final int FETCHED_AT_ONCE = 64;

  /** Fetched ahead before the reader's speed is known, and at the least. */
  private static final int LEAST_READS = 256;

  private static final double WEIGHT = 0.3;

  private final DataSet dataSet;
  private final CacheControl cache;
  private final ReadPlan plan;
  private final PrefetchOptions options;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private long done;
  private boolean closed;

  // Used by the thread alone.
  private long job = ThreadLocalRandom.current().nextLong();

  /** Whether the cache has heard of the job. */
  private boolean introduced;

  private long announced;
  private long fetched;
  private long fetchedBytes;
  private long passed;
  private long told = -1;
  private long toldNanos = System.nanoTime();
  private double readsPerNano;

  /** Some of the files up to this read were not on this node. */
  private long missing;

  private Prefetcher(DataSet dataSet, ReadPlan plan, PrefetchOptions options, long from) {
    this.dataSet = dataSet;
    this.cache = CacheControl.of(dataSet);
    this.plan = plan;
    this.options = options;
    this.done = from;
    this.passed = from;
    this.fetched = from;
    this.announced = from;
    this.thread = new Thread(this::run, "forebay-prefetch");
    thread.setDaemon(true);
  }

  /**
   * Begins to fetch.
   *
   * @param from the first read, for a job that goes on where another one ended
   */
  public static Prefetcher start(
      DataSet dataSet, ReadPlan plan, PrefetchOptions options, long from) {
    Prefetcher prefetcher = new Prefetcher(dataSet, plan, options, from);
    prefetcher.thread.start();
    return prefetcher;
  }

  @Override
  public void reached(long position) {
    lock.lock();
    try {
      if (position > done) {
        done = position;
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      for (long now = await(); now >= 0; now = await()) {
        announce(now);
        fetchUpTo(now, Math.min(plan.size(), now + window()));
      }
      cache.announce(job, Long.MAX_VALUE, announced, List.of());
    } catch (InterruptedException e) {
      // Closed by force.
    } catch (RuntimeException e) {
      log.warn("prefetching of data set '{}' stopped", dataSet.name(), e);
    }
  }

  /** The reader's position, when there is something to do; -1 at the end. */
  private long await() throws InterruptedException {
    lock.lock();
    try {
      if (told >= 0) {
        long left = SILENCE_NANOS;
        while (left > 0 && !closed && done == told) {
          left = changed.awaitNanos(left);
        }
        left = tellNanos();
        while (left > 0 && !closed && !isBehind(done)) {
          left = changed.awaitNanos(left);
        }
      }
      return closed ? -1 : done;
    } finally {
      lock.unlock();
    }
  }

  private long tellNanos() {
    if (missing <= told) {
      return TELL_MOST_NANOS;
    }
    long nanos =
        readsPerNano == 0 ? 0 : (long) (plan.epochSize() / (readsPerNano * TOLD_PER_EPOCH));
    return Math.min(TELL_MOST_NANOS, Math.max(TELL_LEAST_NANOS, nanos));
  }

  /** Whether a good part of what was fetched is read. */
  private boolean isBehind(long now) {
    return fetched < plan.size() && fetched - now < window() / 2;
  }

  /** How many reads to be ahead. */
  private long window() {
    return Math.max(LEAST_READS, (long) (readsPerNano * options.time().toNanos()));
  }

  private void announce(long now) {
    long time = System.nanoTime();
    boolean moved = now != told;
    if (moved && told >= 0) {
      readsPerNano += WEIGHT * ((double) (now - told) / (time - toldNanos) - readsPerNano);
    }
    long end = Math.min(plan.size(), now + (long) (options.lookAhead() * plan.epochSize()));
    boolean more = announced < end;
    if (!moved && !more && time - toldNanos < SILENCE_NANOS) {
      return;
    }
    announced = Math.max(announced, now);
    boolean unknown = false;
    do {
      long first = announced;
      List<FileStatus> files = new ArrayList<>();
      while (announced < end && files.size() < ANNOUNCED_AT_ONCE) {
        files.add(plan.file(announced++));
      }
      unknown |= cache.announce(job, now, first, files);
    } while (announced < end && !isClosed());
    boolean forgotten = unknown && introduced;
    if (forgotten) { // a server was started since, and is to hear of all that comes
      cache.announce(job, Long.MAX_VALUE, announced, List.of());
      job = ThreadLocalRandom.current().nextLong();
      announced = now;
    }
    introduced = !forgotten;
    told = now;
    toldNanos = time;
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void fetchUpTo(long now, long end) {
    for (; passed < Math.min(now, fetched); passed++) {
      fetchedBytes -= plan.file(passed).size();
    }
    if (fetched < now) { // it came to files that were not fetched
      fetched = now;
      passed = now;
      fetchedBytes = 0;
    }
    while (fetched < end && fetchedBytes < options.bytes().bytes() && !isClosed()) {
      List<FileStatus> files = new ArrayList<>();
      while (fetched < end
          && files.size() < FETCHED_AT_ONCE
          && fetchedBytes < options.bytes().bytes()) {
        FileStatus file = plan.file(fetched++);
        fetchedBytes += file.size();
        files.add(file);
      }
      try {
        if (cache.fetchAhead(files) > 0) {
          missing = fetched;
          if (fetched + plan.epochSize() <= plan.size()) {
            cache.bringNear(files, Optional.of(plan.totals()));
          }
        }
      } catch (IOException e) {
        log.debug("cannot prefetch files; their reads will report the reason", e);
      }
    }
  }

  /** Ends fetching, and takes the plan back. What is on its way arrives. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}

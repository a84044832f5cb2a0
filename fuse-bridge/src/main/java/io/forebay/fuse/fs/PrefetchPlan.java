package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Totals;
import io.forebay.control.CacheControl;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that readers will want next, each reader's in his order. They are brought to the cache
 * ahead of him, and announced to it, so that it keeps what any of them reads again soonest.
 * Thread-safe.
 */
final class PrefetchPlan implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PrefetchPlan.class);

  /** Paths that wait, at about 100 bytes each. */
  private static final int MOST = 100_000;

  /** Each waits for one file at a time, mostly for the under-store's first byte. */
  private static final int WORKERS = 32;

  /** Files that a worker asks for together. */
  private static final int BATCH = 4;

  /** A reader's part of it; his reads are numbered from 0. */
  private static final class Job {
    final long id = ThreadLocalRandom.current().nextLong();
    final Queue<String> waiting = new ArrayDeque<>();
    long told;
    long done;

    /** Whether names are known without the under-store. Used by who announces. */
    boolean named;
  }

  private final DataSet dataSet;
  private final CacheControl cache;

  /** Tells the cache, in the order in which it was told. */
  private final ExecutorService announcing =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("forebay-announce").factory());

  // Guarded by this.
  private final Map<Long, Job> jobs = new LinkedHashMap<>();
  private int waiting;
  private int workers;
  private boolean closed;

  PrefetchPlan(DataSet dataSet) {
    this.dataSet = dataSet;
    this.cache = CacheControl.of(dataSet);
  }

  /** A reader reads nothing of what he told; what waits of it is forgotten. */
  synchronized void end(long reader) {
    Job job = jobs.remove(reader);
    if (job != null) {
      waiting -= job.waiting.size();
      announce(job, Long.MAX_VALUE, job.told, List.of());
    }
  }

  /**
   * Appends paths to those that a reader will read.
   *
   * @return whether there is room for all of them; otherwise none is taken
   */
  synchronized boolean add(long reader, List<String> paths) {
    if (closed || waiting + paths.size() > MOST) {
      return false;
    }
    Job job = jobs.computeIfAbsent(reader, r -> new Job());
    announce(job, job.done, job.told, paths);
    job.told += paths.size();
    job.waiting.addAll(paths);
    waiting += paths.size();
    if (workers == 0) {
      addWorker();
    }
    return true;
  }

  private synchronized void addWorker() {
    if (workers < WORKERS && waiting > 0) {
      workers++;
      Thread.ofPlatform().daemon().name("forebay-plan").start(this::work);
    }
  }

  /** A reader has read so many of the files that he told. */
  synchronized void done(long reader, long count) {
    Job job = jobs.get(reader);
    if (job != null) {
      job.done = Math.clamp(count, job.done, job.told);
      announce(job, job.done, job.told, List.of());
    }
  }

  synchronized int waiting() {
    return waiting;
  }

  private void announce(Job job, long done, long first, List<String> paths) {
    try {
      announcing.execute(() -> announceKnown(job, done, first, paths));
    } catch (RejectedExecutionException e) {
      log.debug("the mount is closing", e);
    }
  }

  /** Only of names that are known: to ask the under-store for each would take too long. */
  private void announceKnown(Job job, long done, long first, List<String> paths) {
    try {
      if (!paths.isEmpty()) {
        job.named = dataSet.totals().isPresent(); // a request to a server
      }
      if (!job.named) {
        return;
      }
      List<FileStatus> files = new ArrayList<>();
      long next = first;
      for (String path : paths) {
        try {
          files.add(dataSet.stat(path));
        } catch (NoSuchFileException e) { // a gap
          cache.announce(job.id, done, next, files);
          next += files.size() + 1;
          files.clear();
        }
      }
      cache.announce(job.id, done, next, files);
    } catch (IOException | RuntimeException e) {
      log.debug("cannot announce a plan", e);
    }
  }

  private void work() {
    Optional<Totals> all = Optional.empty(); // a request to a server
    for (List<String> paths = take(); !paths.isEmpty(); paths = take()) {
      List<FileStatus> files = new ArrayList<>();
      try {
        for (String path : paths) {
          try {
            FileStatus file = dataSet.stat(path);
            if (cache.place(file).tier().isEmpty()) {
              files.add(file);
            }
          } catch (NoSuchFileException e) {
            log.debug("a planned file does not exist: {}", path);
          }
        }
        if (!files.isEmpty()) {
          addWorker(); // for this one waits now
          cache.loadAll(files, 1, (file, why) -> log.debug("cannot prefetch {}", file.path(), why));
          if (all.isEmpty()) {
            all = dataSet.totals();
          }
          // Who tells an order trains, and comes again.
          cache.bringNear(files, all);
        }
      } catch (IOException | RuntimeException e) {
        log.info("cannot prefetch files: {}", e.toString());
      }
    }
  }

  /** The next ones, of each reader in turn; where there is none a worker ends. */
  private synchronized List<String> take() {
    List<String> next = new ArrayList<>();
    for (long reader : List.copyOf(jobs.keySet())) {
      Job job = jobs.get(reader);
      if (!job.waiting.isEmpty()) {
        while (next.size() < BATCH && !job.waiting.isEmpty()) {
          next.add(job.waiting.remove());
        }
        waiting -= next.size();
        jobs.remove(reader);
        jobs.put(reader, job);
        return next;
      }
    }
    workers--;
    return next;
  }

  @Override
  public synchronized void close() {
    closed = true;
    List.copyOf(jobs.keySet()).forEach(this::end);
    announcing.shutdown();
  }
}

package io.forebay.server.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.DataSet;
import io.forebay.UnknownDataSetException;
import io.forebay.dataset.load.LoadTarget;
import io.forebay.dataset.spec.Schedule;
import io.forebay.node.CacheNode;
import io.forebay.node.NodeDataSet;
import io.forebay.state.StateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All loads of a server. What is not done yet is on disk, and goes on after a restart; what is
 * there already is not fetched again. Thread-safe.
 */
public final class LoadJobs implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LoadJobs.class);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SUFFIX = ".json";

  /** Loads at a time; each has as many requests in flight as its data set may. */
  private static final int PARALLEL = 4;

  /** A data set as a client of this server sees it. */
  @FunctionalInterface
  public interface Client {
    DataSet dataSet(String name) throws IOException;
  }

  private final CacheNode node;
  private final Client client;
  private final Path directory;
  private final Map<String, LoadJob> jobs = new TreeMap<>();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          PARALLEL, Thread.ofPlatform().daemon().name("forebay-loads-", 0).factory());
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

  /**
   * @param directory of the loads that are not done
   */
  public LoadJobs(CacheNode node, Client client, Path directory) {
    this.node = node;
    this.client = client;
    this.directory = directory;
    clock.scheduleWithFixedDelay(this::follow, 1, 1, TimeUnit.SECONDS);
  }

  /** Goes on with what was not done when the server ended. */
  public void resume() throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file :
          (Iterable<Path>) files.filter(f -> f.toString().endsWith(SUFFIX))::iterator) {
        try {
          Optional<String> kept = new StateFile(file).readOrSetAside("start the load again");
          if (kept.isPresent()) {
            begin(JSON.readValue(kept.get(), LoadRequest.class));
          }
        } catch (IOException | RuntimeException e) {
          log.warn("skipping {}: {}", file, e.getMessage());
        }
      }
    }
  }

  /**
   * Starts a load, or has it start when it is time: by its schedule, or when the load that it waits
   * for is complete.
   *
   * @throws IllegalArgumentException when one of that name is not over yet
   */
  public synchronized LoadReport start(LoadRequest request) throws IOException {
    node.dataSet(request.dataSet());
    if (isUnderWay(request.name())) {
      throw new IllegalArgumentException(
          "load '" + request.name() + "' is still running; wait for it, or cancel it");
    }
    keep(request);
    return begin(request);
  }

  /**
   * A load that was asked for in just the same words before, and is under way, complete, or
   * repeated by itself.
   */
  public synchronized Optional<LoadReport> unchanged(LoadRequest request) {
    return Optional.ofNullable(jobs.get(request.name()))
        .filter(job -> job.request().equals(request))
        .filter(job -> !job.isOver() || job.isComplete() || request.repeats())
        .map(LoadJobs::report);
  }

  /** What is wrong with asking for more replicas than there are servers; empty for nothing. */
  public Optional<String> tooManyReplicas(LoadRequest request) {
    int servers = node.servers();
    int most = request.targets().stream().mapToInt(LoadTarget::replicas).max().orElse(1);
    return most <= servers
        ? Optional.empty()
        : Optional.of(
            most
                + " replicas are requested, but there "
                + (servers == 1 ? "is 1 cache server" : "are " + servers + " cache servers"));
  }

  private void keep(LoadRequest request) throws IOException {
    Files.createDirectories(directory);
    new StateFile(file(request.name())).write(JSON.writeValueAsString(request));
  }

  /** Whether a load of that name runs or waits to. */
  public synchronized boolean isUnderWay(String name) {
    LoadJob job = jobs.get(name);
    return job != null && !job.isOver() && job.request().cron().isEmpty();
  }

  private synchronized LoadReport begin(LoadRequest request) {
    LoadJob job = new LoadJob(request);
    jobs.put(request.name(), job);
    if (request.after() != null) {
      job.waitsFor("load '" + request.after() + "'");
    } else if (request.cron().isPresent()) {
      scheduleNext(request);
    } else {
      submit(job);
    }
    return report(job);
  }

  /** Begins what waited for another load, or for another snapshot. */
  private synchronized void follow() {
    for (LoadJob job : List.copyOf(jobs.values())) {
      try {
        if (job.request().after() != null && !job.isOver()) {
          followLoad(job);
        } else if (job.request().onEvent() && job.isOver()) {
          followNames(job);
        }
      } catch (IOException | RuntimeException e) {
        log.debug("load {} cannot continue", job.request().name(), e);
      }
    }
  }

  private void followLoad(LoadJob job) throws IOException {
    LoadRequest request = job.request();
    LoadJob before = jobs.get(request.after());
    if (!isServed(request.dataSet())) {
      job.fail("data set '" + request.dataSet() + "' is no longer served");
      Files.deleteIfExists(file(request.name()));
    } else if (before == null || !before.isOver() || before.isUnfinished()) {
      return;
    } else if (before.isComplete()) {
      keep(request.released());
      begin(request.released());
    } else {
      job.fail("load '" + request.after() + "' failed, and this load waited for it");
      Files.deleteIfExists(file(request.name()));
    }
  }

  private boolean isServed(String dataSet) {
    try {
      node.dataSet(dataSet);
      return true;
    } catch (UnknownDataSetException e) {
      return false;
    }
  }

  private void followNames(LoadJob last) throws IOException {
    LoadRequest request = last.request();
    if (!node.dataSet(request.dataSet()).snapshots().inUse().equals(last.loaded())) {
      LoadJob job = new LoadJob(request, false);
      jobs.put(request.name(), job);
      submit(job);
    }
  }

  private void submit(LoadJob job) {
    try {
      threads.execute(() -> run(job));
    } catch (RejectedExecutionException e) {
      log.debug("the server is stopping; {} waits for the next start", job.request().name());
    }
  }

  private void run(LoadJob job) {
    LoadRequest request = job.request();
    try {
      NodeDataSet dataSet = node.dataSet(request.dataSet());
      replicate(request);
      job.run(dataSet, client.dataSet(dataSet.spec().name()));
    } catch (IOException | RuntimeException e) {
      job.fail(String.valueOf(e.getMessage()));
    } finally {
      if (!job.isUnfinished()) {
        follow(); // those that wait for this one, which nobody remembers after a restart
        forget(job);
      }
    }
  }

  /** All servers and clients are to know how often its files are kept from then on. */
  private void replicate(LoadRequest request) throws IOException {
    for (LoadTarget target : request.targets()) {
      if (request.data() && target.replicas() > 1) {
        node.replicateForAll(request.dataSet(), target.root(), target.replicas());
      }
    }
  }

  /** Has a load that is over not begun again at the next start. */
  private synchronized void forget(LoadJob job) {
    LoadRequest request = job.request();
    if (request.repeats() || jobs.get(request.name()) != job) { // there may be another one by now
      return;
    }
    try {
      Files.deleteIfExists(file(request.name()));
    } catch (IOException e) {
      log.warn(
          "load {} has ended, but cannot be forgotten; it runs again after the next start",
          request.name(),
          e);
    }
  }

  private void scheduleNext(LoadRequest request) {
    Optional<ZonedDateTime> next = next(request);
    if (next.isEmpty()) {
      return;
    }
    long millis =
        Duration.between(ZonedDateTime.now(ZoneId.systemDefault()), next.get()).toMillis();
    clock.schedule(() -> runScheduled(request), Math.max(1, millis), TimeUnit.MILLISECONDS);
  }

  private synchronized void runScheduled(LoadRequest request) {
    LoadJob last = jobs.get(request.name());
    if (last == null || !last.request().equals(request)) {
      return; // cancelled, or replaced
    }
    LoadJob job = new LoadJob(request);
    jobs.put(request.name(), job);
    submit(job);
    scheduleNext(request);
  }

  private static Optional<ZonedDateTime> next(LoadRequest request) {
    return request
        .cron()
        .flatMap(cron -> Schedule.parse(cron).next(ZonedDateTime.now(ZoneId.systemDefault())));
  }

  private static LoadReport report(LoadJob job) {
    return job.report(
        next(job.request()).map(time -> time.toOffsetDateTime().toString()).orElse(""));
  }

  /**
   * @throws NoSuchFileException when there is none of that name
   */
  public synchronized LoadReport report(String name) throws NoSuchFileException {
    return report(find(name));
  }

  private LoadJob find(String name) throws NoSuchFileException {
    LoadJob job = jobs.get(name);
    if (job == null) {
      throw new NoSuchFileException(name, null, "no such load; existing: " + jobs.keySet());
    }
    return job;
  }

  /** All that run, wait, or ended a short while ago. */
  public synchronized List<LoadReport> all() {
    jobs.values()
        .removeIf(j -> !j.request().repeats() && j.ageSeconds() > j.request().keepSeconds());
    List<LoadReport> reports = new ArrayList<>();
    jobs.values().forEach(job -> reports.add(report(job)));
    return reports;
  }

  /** Ends a load; what it loaded stays. A schedule is forgotten. */
  public synchronized LoadReport cancel(String name) throws IOException {
    LoadJob job = find(name);
    if (job.isOver() && !job.request().repeats()) {
      throw new IllegalArgumentException(
          "load '" + name + "' has already ended (" + report(job).phase() + "); nothing to cancel");
    }
    job.cancel();
    if (job.request().repeats()) {
      jobs.remove(name);
    }
    Files.deleteIfExists(file(name));
    return report(job);
  }

  /** Ends all loads of a data set, which is going to be dropped, and forgets them. */
  public synchronized void drop(String dataSet) throws IOException {
    for (LoadJob job : List.copyOf(jobs.values())) {
      if (isOf(job.request(), dataSet)) {
        job.cancel();
        jobs.remove(job.request().name());
        Files.deleteIfExists(file(job.request().name()));
      }
    }
  }

  private boolean isOf(LoadRequest request, String dataSet) {
    try {
      return node.dataSet(request.dataSet()).spec().name().equals(dataSet);
    } catch (UnknownDataSetException e) {
      return false;
    }
  }

  private Path file(String name) {
    return directory.resolve(name + SUFFIX);
  }

  @Override
  public void close() {
    clock.shutdownNow();
    synchronized (this) {
      jobs.values().forEach(LoadJob::stop);
    }
    threads.shutdownNow(); // not under the lock, which a load takes at its end
    try {
      threads.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.forebay.read;

import io.forebay.FileStatus;
import io.forebay.file.FileId;
import io.forebay.metadata.FollowedMaps;
import io.forebay.metadata.Namespace;
import io.forebay.metadata.NodeInfo;
import io.forebay.metadata.NodeInfo.ServedDataSet;
import io.forebay.metadata.ResidentFiles;
import io.forebay.spec.Replicas;
import io.forebay.wire.Message;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client has of its node besides requests: the shared maps, followed from generation to
 * generation, and the reports of what it read without asking. Thread-safe.
 */
public final class NodeLink implements ReadListener, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(NodeLink.class);

  private static final long TICK_MILLIS = 200;

  /** Files of one report, and of all that wait for one. */
  private static final int REPORT = 4096;

  private static final int MOST = 65_536;

  private final Optional<Path> directory;
  private final Servers servers;
  private final boolean followsServers;
  private final FollowedMaps maps;
  private final Map<FileId, Unreported> uses = new ConcurrentHashMap<>();
  private final BlockingQueue<ReadElsewhere> elsewhere = new LinkedBlockingQueue<>(MOST);
  private final Thread thread = new Thread(this::run, "forebay-node");
  private volatile Map<String, Replicas> replicas = Map.of();
  private Optional<Object> announced = Optional.empty(); // only the thread's
  private volatile Optional<String> stuck = Optional.empty();
  private final CountDownLatch closing = new CountDownLatch(1);

  /**
   * @param directory of the node; empty for a client that is on none
   * @param followsServers whether the servers are those that the node's server writes down
   */
  public NodeLink(Optional<Path> directory, Servers servers, boolean followsServers) {
    this.directory = directory;
    this.servers = servers;
    this.followsServers = followsServers;
    this.maps = new FollowedMaps(directory, generation -> stuck = Optional.of(generation));
    thread.setDaemon(true);
  }

  /** Opens the maps, if that is possible. */
  public void followMaps() {
    maps.follow();
  }

  /** Keeps up with the node from now on. */
  public void start() {
    if (maps.areOfANode()) {
      thread.start();
    }
  }

  public Namespace namespace() {
    return maps;
  }

  public ResidentFiles residents() {
    return maps;
  }

  @Override
  public void used(FileId id, long offset, long bytes) {
    Unreported known = uses.get(id);
    if (known == null) {
      if (uses.size() >= MOST) {
        return;
      }
      known = uses.computeIfAbsent(id, i -> new Unreported());
    }
    known.bytes.addAndGet(bytes);
    if (offset == 0) {
      known.fromStart = true;
    }
  }

  private record ReadElsewhere(String dataSet, FileStatus file) {}

  /** Notes that a file was read from another node. Returns at once. */
  public void readElsewhere(String dataSet, FileStatus file) {
    if (maps.areOfANode()) {
      elsewhere.offer(new ReadElsewhere(dataSet, file)); // of too many some are not told
    }
  }

  /** Reads of a file since the last report. */
  private static final class Unreported {
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean fromStart;
  }

  private void run() {
    try {
      while (!closing.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          maps.follow();
          followInfo();
          report();
        } catch (IOException e) {
          log.debug("the node's server does not answer; will retry", e);
        } catch (Throwable e) {
          // A thread that died would leave this process with the names of now, for good.
          log.warn("following the node failed; will retry", e);
        }
      }
    } catch (InterruptedException e) {
      log.debug("no longer following the node", e);
    }
  }

  private void followInfo() throws IOException {
    Optional<Object> now = NodeInfo.mark(directory.orElseThrow());
    if (now.equals(announced)) {
      return;
    }
    Optional<NodeInfo> info = NodeInfo.read(directory.get());
    if (followsServers) {
      info.filter(i -> !i.members().isEmpty()).ifPresent(i -> servers.use(i.view()));
    }
    info.ifPresent(
        i ->
            replicas =
                i.dataSets().stream()
                    .collect(Collectors.toMap(ServedDataSet::name, ServedDataSet::replicas)));
    announced = now;
  }

  /** Of a data set, as its node's server says now, or as was said when it was opened. */
  public Replicas replicas(ServedDataSet opened) {
    return replicas.getOrDefault(opened.name(), opened.replicas());
  }

  private void report() throws IOException {
    Optional<ServerClient> own = servers.own().filter(server -> !server.isDown());
    if (own.isEmpty()) {
      uses.clear();
      elsewhere.clear();
      return;
    }
    if (stuck.isPresent()) {
      own.get().mapsStuck(stuck.get());
      stuck = Optional.empty();
    }
    while (!uses.isEmpty()) {
      List<Message.Use> report = new ArrayList<>();
      for (Iterator<FileId> i = uses.keySet().iterator(); i.hasNext() && report.size() < REPORT; ) {
        FileId id = i.next();
        Unreported use = uses.remove(id);
        if (use != null) {
          report.add(new Message.Use(id, use.fromStart ? 0 : 1, use.bytes.get()));
        }
      }
      own.get().used(report);
    }
    while (!elsewhere.isEmpty()) {
      List<ReadElsewhere> report = new ArrayList<>();
      elsewhere.drainTo(report, REPORT);
      Map<String, List<FileStatus>> byDataSet =
          report.stream()
              .collect(
                  Collectors.groupingBy(
                      ReadElsewhere::dataSet,
                      Collectors.mapping(ReadElsewhere::file, Collectors.toList())));
      for (var each : byDataSet.entrySet()) {
        own.get()
            .readHere(
                new Message.ReadHere(each.getKey(), false, Optional.empty(), each.getValue()));
      }
    }
  }

  @Override
  public void close() {
    closing.countDown(); // and no interrupt, which would end the opening of maps half-way
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    maps.close();
  }
}

package io.forebay.node;

import io.forebay.FileStatus;
import io.forebay.background.LogContext;
import io.forebay.file.FileVersion;
import io.forebay.fill.FillThreads;
import io.forebay.fill.ReadThrough;
import io.forebay.metadata.Catalog;
import io.forebay.snapshot.ListedCatalog;
import io.forebay.snapshot.PinnedCatalog;
import io.forebay.snapshot.Snapshot;
import io.forebay.snapshot.SnapshotInfo;
import io.forebay.snapshot.SnapshotStore;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.Replicas;
import io.forebay.spec.SnapshotId;
import io.forebay.spec.SnapshotTolerance;
import io.forebay.understore.AnnouncedMount;
import io.forebay.understore.UnfinishedWrite;
import io.forebay.understore.layer.UnderStoreStack;
import io.forebay.understore.layer.UnderStoreStatus;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data set as its node sees it. Thread-safe. */
public final class NodeDataSet {

  private static final Logger log = LoggerFactory.getLogger(NodeDataSet.class);

  private volatile DataSetSpec spec;
  private final UnderStoreStack underStore;
  private final FillThreads threads;
  private final ListedCatalog catalog;
  private final SnapshotStore snapshotStore;
  private final ReadThrough reads;
  private final LocalCopies copies;
  private final Supplier<NodePeers> peers;
  private final Object listing = new Object();
  private volatile boolean suspended;
  private volatile String listingProblem = "";
  private volatile Replicas replicas;
  private volatile Binding binding = Binding.pending();
  private volatile long refreshedMillis = System.currentTimeMillis();

  NodeDataSet(
      DataSetSpec spec,
      UnderStoreStack underStore,
      FillThreads threads,
      ListedCatalog catalog,
      SnapshotStore snapshotStore,
      ReadThrough reads,
      LocalCopies copies,
      Replicas replicas,
      Supplier<NodePeers> peers)
      throws IOException {
    this.spec = spec;
    this.replicas = replicas;
    this.underStore = underStore;
    this.threads = threads;
    this.catalog = catalog;
    this.snapshotStore = snapshotStore;
    this.reads = reads;
    this.copies = copies;
    this.peers = peers;
    if (snapshotStore.current().isPresent()) {
      catalog.answerFrom(snapshotStore.current().get());
    }
    catalog.remember(!spec.policy().metadata().always());
  }

  /** How many nodes keep each file: as its policy says, and more where loads asked for more. */
  public Replicas replicas() {
    return replicas;
  }

  void replicas(Replicas other) {
    replicas = other;
  }

  /** What other processes are told of the mounts. */
  public List<AnnouncedMount> announced() {
    return spec().mounts().stream().map(AnnouncedMount::of).toList();
  }

  public DataSetSpec spec() {
    return spec;
  }

  /** Exchanges mounts and policy. */
  void reconfigure(DataSetSpec other) throws IOException {
    underStore.reconfigure(other);
    if (!other.mounts().equals(spec.mounts())) {
      binding = Binding.pending();
    }
    threads.resize(other.policy().maxRequests());
    spec = other;
    catalog.remember(!other.policy().metadata().always());
  }

  /** While suspended, the under-store is asked for nothing; what is cached is served. */
  void suspend(boolean whether) {
    suspended = whether;
    underStore.suspend(whether);
  }

  /** Whether it is time to ask the under-store whether it answers. */
  public boolean isCheckDue() {
    return !suspended && binding.isDue(System.currentTimeMillis(), underStore.status().failures());
  }

  /** Runs a question to an under-store for so long as its asker is willing to wait. */
  @FunctionalInterface
  public interface Asker {
    /**
     * @throws IOException the question's own, or one that says how long there was no answer
     */
    List<URI> ask(Callable<List<URI>> question) throws IOException, InterruptedException;
  }

  /**
   * Asks the under-store for one name of each mount, beside the limits on requests, and takes note
   * of the answer. A suspended one is not asked.
   *
   * @param ask runs the question and bounds its time
   */
  public Binding check(Asker ask) throws InterruptedException {
    if (suspended) {
      return binding;
    }
    DataSetSpec asked = spec;
    long failures = underStore.status().failures();
    Binding found;
    try {
      List<URI> empty = ask.ask(underStore::emptyRoots);
      found = binding.bound(empty.isEmpty() ? "" : empty(empty), failures);
    } catch (IOException | RuntimeException e) {
      found = binding.failed(String.valueOf(e.getMessage()), failures);
    }
    Binding before = binding;
    if (asked.equals(spec)) { // else the answer is not of these mounts
      binding = found;
      logChange(before, found);
    }
    return found;
  }

  private static String empty(List<URI> roots) {
    return "found nothing in "
        + roots.stream().map(URI::toString).collect(Collectors.joining(", "))
        + "; check that the name is right and the source is mounted";
  }

  private void logChange(Binding before, Binding now) {
    if (now.isFailed() && !(before.isFailed() && before.reason().equals(now.reason()))) {
      log.warn("data set '{}' is Failed: {}", spec.name(), now.reason());
    } else if (before.isFailed() && !now.isFailed()) {
      log.info("data set '{}' is Bound again", spec.name());
    }
  }

  public Catalog catalog() {
    return catalog;
  }

  /**
   * The names of one snapshot, which never change.
   *
   * @throws java.nio.file.NoSuchFileException when there is no such snapshot
   */
  public Catalog catalog(SnapshotId snapshot) throws IOException {
    return new PinnedCatalog(spec.name(), snapshotStore.pin(snapshot));
  }

  public ReadThrough reads() {
    return reads;
  }

  void readHere(List<FileStatus> files, boolean again) {
    for (FileStatus file : files) {
      FileVersion version = FileVersion.of(spec.name(), file);
      if (copies.isWorthIt(spec.policy().localCopy(), version.id(), again)) {
        reads.copy(version);
      }
    }
  }

  /** The snapshots on this node. */
  public SnapshotStore snapshots() {
    return snapshotStore;
  }

  /**
   * Uses a snapshot that is at most so old: the one in use, or that of the node which lists this
   * data set for all, or, if that is this one, a new one. One at a time. Whoever reads meanwhile
   * has the former names, and after a failure keeps them.
   *
   * @param maxAge since the listing began, by the clock of the node that lists
   * @param acceptance what a new one may lack
   * @param progress hears how many entries were found; called by many threads
   * @throws io.forebay.SnapshotRefusedException when a new one lacks more than that
   */
  public SnapshotId snapshot(Duration maxAge, SnapshotTolerance acceptance, LongConsumer progress)
      throws IOException {
    synchronized (listing) {
      refreshedMillis = System.currentTimeMillis();
      try (LogContext context = LogContext.of(spec.name())) {
        SnapshotId id = young(maxAge, acceptance, progress);
        if (!snapshotStore.inUse().equals(Optional.of(id))) {
          use(id);
        }
        listingProblem = "";
        return id;
      } catch (IOException | RuntimeException e) {
        listingProblem = String.valueOf(e.getMessage());
        throw e;
      }
    }
  }

  private SnapshotId young(Duration maxAge, SnapshotTolerance acceptance, LongConsumer progress)
      throws IOException {
    Optional<SnapshotId> fetched =
        peers.get().latest(spec, maxAge, acceptance, snapshotStore, progress);
    if (fetched.isPresent()) {
      return fetched.get();
    }
    if (isYoung(maxAge)) {
      return snapshotStore.inUse().orElseThrow();
    }
    SnapshotId made = snapshotStore.create(underStore.store(), acceptance, progress);
    // What was written meanwhile is forgotten with the next snapshot, so there has to be one.
    return catalog.hasWritten() ? made : snapshotStore.deduplicate(made);
  }

  private boolean isYoung(Duration maxAge) {
    return snapshotStore
        .listedMillis()
        .map(listed -> System.currentTimeMillis() - listed <= maxAge.toMillis())
        .orElse(false);
  }

  /** As below, with what a snapshot usually may lack. */
  public SnapshotId snapshotForAll(LongConsumer progress) throws IOException {
    return snapshotForAll(SnapshotTolerance.DEFAULT, progress);
  }

  /** Lists the under-store anew and has all nodes use what was found. */
  public SnapshotId snapshotForAll(SnapshotTolerance acceptance, LongConsumer progress)
      throws IOException {
    SnapshotId id = snapshot(Duration.ZERO, acceptance, progress);
    try {
      peers.get().use(spec, id);
    } catch (IOException e) {
      log.warn(
          "not all servers use snapshot {} of '{}' yet; create a snapshot again when they"
              + " are up: {}",
          id,
          spec.name(),
          e.getMessage());
    }
    return id;
  }

  /**
   * Goes over to another snapshot, which may be on another node.
   *
   * @throws java.nio.file.NoSuchFileException when there is no such snapshot
   */
  public void use(SnapshotId id) throws IOException {
    synchronized (listing) {
      if (snapshotStore.inUse().equals(Optional.of(id)) && !catalog.hasWritten()) {
        return;
      }
      if (!snapshotStore.all().contains(id)) {
        peers.get().fetch(spec.name(), id, snapshotStore);
      }
      Snapshot snapshot = snapshotStore.get(id);
      catalog.use(snapshot);
      snapshotStore.use(id);
    }
  }

  /** Has all nodes go over to another snapshot. */
  public void useForAll(SnapshotId id) throws IOException {
    use(id);
    peers.get().use(spec, id);
  }

  /**
   * Forgets this node's names or, with a snapshot, has all nodes use another.
   *
   * @return the other snapshot
   */
  public Optional<SnapshotId> refresh() throws IOException {
    if (snapshotStore.current().isPresent()) {
      return Optional.of(snapshotForAll(found -> {}));
    }
    refreshedMillis = System.currentTimeMillis();
    catalog.refresh();
    return Optional.empty();
  }

  /** Whether it is time to list the under-store anew, by its policy. */
  boolean isRefreshDue() {
    Optional<Duration> every = spec.policy().metadata().refreshEvery();
    if (suspended || every.isEmpty()) {
      return false;
    }
    long last = Math.max(refreshedMillis, snapshotStore.listedMillis().orElse(0L));
    return System.currentTimeMillis() - last >= every.get().toMillis();
  }

  /** Lists the under-store anew, by its policy; until that succeeds names stay as they are. */
  void refreshAsDue() throws IOException {
    Optional<Duration> every = spec.policy().metadata().refreshEvery();
    if (every.isPresent() && snapshotStore.current().isPresent()) {
      snapshot(every.get(), SnapshotTolerance.DEFAULT, found -> {});
    } else {
      refresh();
    }
  }

  /** Writes to the under-store that were begun so long ago, and have not ended. */
  public List<UnfinishedWrite> unfinished(Duration age) throws IOException {
    long latest = System.currentTimeMillis() - age.toMillis();
    return underStore.store().unfinished().stream().filter(w -> w.sinceMillis() <= latest).toList();
  }

  /** Takes those writes away; what is being written still fails. */
  public List<UnfinishedWrite> abandon(Duration age) throws IOException {
    List<UnfinishedWrite> writes = unfinished(age);
    for (UnfinishedWrite write : writes) {
      underStore.store().abandon(write);
    }
    return writes;
  }

  void publishNames() throws IOException {
    catalog.publish();
  }

  /**
   * How the data set is being fetched.
   *
   * @param hedged requests sent a second time because the first took long
   * @param fills blocks on their way
   * @param queued fetches that wait for a thread
   * @param snapshot of the one in use
   * @param listingProblem why the last listing was not taken into use; empty if it was
   * @param suspended whether the under-store is left alone
   * @param binding whether the under-store answered when it was asked last
   */
  public record Status(
      UnderStoreStatus underStore,
      long hedged,
      int fills,
      int queued,
      Optional<SnapshotInfo> snapshot,
      String listingProblem,
      boolean suspended,
      Binding binding) {}

  public Status status() {
    return new Status(
        underStore.status(),
        underStore.hedged(),
        reads.fillsInFlight(),
        threads.queued(),
        snapshotStore.current().map(Snapshot::info),
        listingProblem,
        suspended,
        binding);
  }

  void close() throws IOException {
    threads.close();
    underStore.close();
    snapshotStore.close();
  }
}

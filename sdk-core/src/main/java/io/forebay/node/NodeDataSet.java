package io.forebay.node;

import io.forebay.DataSetSpec;
import io.forebay.fill.FillThreads;
import io.forebay.fill.GuardedUnderStore;
import io.forebay.fill.HedgingUnderStore;
import io.forebay.fill.ReadThrough;
import io.forebay.fill.UnderStoreStatus;
import io.forebay.metadata.Catalog;
import io.forebay.snapshot.ListedCatalog;
import io.forebay.snapshot.PinnedCatalog;
import io.forebay.snapshot.Snapshot;
import io.forebay.snapshot.SnapshotId;
import io.forebay.snapshot.SnapshotInfo;
import io.forebay.snapshot.SnapshotShelf;
import io.forebay.understore.MountedUnderStore;
import io.forebay.understore.UnderStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;

/** A data set as its node sees it. Thread-safe. */
public final class NodeDataSet {

  private volatile DataSetSpec spec;
  private final MountedUnderStore mounted;
  private final GuardedUnderStore guarded;
  private final HedgingUnderStore hedging;
  private final UnderStore underStore;
  private final FillThreads threads;
  private final ListedCatalog catalog;
  private final SnapshotShelf shelf;
  private final ReadThrough reads;
  private final Object listing = new Object();
  private volatile long refreshedMillis = System.currentTimeMillis();

  NodeDataSet(
      DataSetSpec spec,
      MountedUnderStore mounted,
      GuardedUnderStore guarded,
      HedgingUnderStore hedging,
      UnderStore underStore,
      FillThreads threads,
      ListedCatalog catalog,
      SnapshotShelf shelf,
      ReadThrough reads) {
    this.spec = spec;
    this.mounted = mounted;
    this.guarded = guarded;
    this.hedging = hedging;
    this.underStore = underStore;
    this.threads = threads;
    this.catalog = catalog;
    this.shelf = shelf;
    this.reads = reads;
    shelf.current().ifPresent(catalog::answerFrom);
    catalog.remember(!spec.policy().metadata().always());
  }

  public DataSetSpec spec() {
    return spec;
  }

  /** Exchanges mounts and policy. */
  void become(DataSetSpec other) throws IOException {
    mounted.update(other.mounts());
    spec = other;
    catalog.remember(!other.policy().metadata().always());
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
    return new PinnedCatalog(spec.name(), shelf.get(snapshot));
  }

  public ReadThrough reads() {
    return reads;
  }

  /** The snapshots on this node. */
  public SnapshotShelf snapshots() {
    return shelf;
  }

  /**
   * Lists the under-store and uses what was found; one at a time. Whoever reads meanwhile has the
   * former names, and after a failure keeps them.
   *
   * @param progress hears how many entries were found; called by many threads
   */
  public SnapshotId snapshot(LongConsumer progress) throws IOException {
    synchronized (listing) {
      SnapshotId id = shelf.create(underStore, progress);
      use(id);
      return id;
    }
  }

  /** Goes over to another snapshot. */
  public void use(SnapshotId id) throws IOException {
    synchronized (listing) {
      Snapshot snapshot = shelf.get(id);
      catalog.use(snapshot);
      shelf.use(id);
    }
  }

  /** Forgets names: with a snapshot, by making another. */
  public void refresh() throws IOException {
    refreshedMillis = System.currentTimeMillis();
    if (shelf.current().isPresent()) {
      snapshot(found -> {});
    } else {
      catalog.refresh();
    }
  }

  /** Whether it is time to list the under-store anew. */
  boolean isDue(long nowMillis) {
    Optional<Duration> every = spec.policy().metadata().refreshEvery();
    long last =
        Math.max(refreshedMillis, shelf.current().map(s -> s.info().createdMillis()).orElse(0L));
    return every.isPresent() && nowMillis - last >= every.get().toMillis();
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
   */
  public record Status(
      UnderStoreStatus underStore,
      long hedged,
      int fills,
      int queued,
      Optional<SnapshotInfo> snapshot) {}

  public Status status() {
    return new Status(
        guarded.status(),
        hedging.hedged(),
        reads.fillsInFlight(),
        threads.queued(),
        shelf.current().map(Snapshot::info));
  }

  void close() throws IOException {
    threads.close();
    underStore.close();
    shelf.close();
  }
}

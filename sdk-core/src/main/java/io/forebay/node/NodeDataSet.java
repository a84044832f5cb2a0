package io.forebay.node;

import io.forebay.DataSetSpec;
import io.forebay.fill.FillThreads;
import io.forebay.fill.GuardedUnderStore;
import io.forebay.fill.HedgingUnderStore;
import io.forebay.fill.ReadThrough;
import io.forebay.fill.UnderStoreStatus;
import io.forebay.metadata.Catalog;
import io.forebay.understore.UnderStore;
import java.io.IOException;

/** A data set as its node sees it. Thread-safe. */
public final class NodeDataSet {

  private final DataSetSpec spec;
  private final GuardedUnderStore guarded;
  private final HedgingUnderStore hedging;
  private final UnderStore underStore;
  private final FillThreads threads;
  private final Catalog catalog;
  private final ReadThrough reads;

  NodeDataSet(
      DataSetSpec spec,
      GuardedUnderStore guarded,
      HedgingUnderStore hedging,
      UnderStore underStore,
      FillThreads threads,
      Catalog catalog,
      ReadThrough reads) {
    this.spec = spec;
    this.guarded = guarded;
    this.hedging = hedging;
    this.underStore = underStore;
    this.threads = threads;
    this.catalog = catalog;
    this.reads = reads;
  }

  public DataSetSpec spec() {
    return spec;
  }

  public Catalog catalog() {
    return catalog;
  }

  public ReadThrough reads() {
    return reads;
  }

  /**
   * How the data set is being fetched.
   *
   * @param hedged requests sent a second time because the first took long
   * @param fills blocks on their way
   * @param queued fetches that wait for a thread
   */
  public record Status(UnderStoreStatus underStore, long hedged, int fills, int queued) {}

  public Status status() {
    return new Status(guarded.status(), hedging.hedged(), reads.fillsInFlight(), threads.queued());
  }

  void close() throws IOException {
    threads.close();
    underStore.close();
  }
}

package io.forebay.understore.layer;

import io.forebay.spec.DataSetSpec;
import io.forebay.understore.RetryPolicy;
import io.forebay.understore.UnderStore;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/**
 * The under-store of a data set that is served, with all its layers. From the outside in: hedged
 * requests, retries, limits, mounts, and for each mount its store with keys that may rotate.
 * Thread-safe.
 */
public final class UnderStoreStack implements Closeable {

  private final MountedUnderStore mounted;
  private final GuardedUnderStore guarded;
  private final RetryingUnderStore retrying;
  private final HedgingUnderStore hedging;

  /**
   * The stores are not contacted.
   *
   * @throws IllegalArgumentException for a mount with an unknown scheme or a bad option
   */
  public UnderStoreStack(DataSetSpec spec) throws IOException {
    mounted = new MountedUnderStore(spec);
    guarded = new GuardedUnderStore(mounted, spec.name(), spec.policy());
    retrying = new RetryingUnderStore(guarded, RetryPolicy.DEFAULT);
    hedging = new HedgingUnderStore(retrying, guarded, spec.policy().hedge());
  }

  /**
   * Exchanges mounts and limits while in use.
   *
   * @throws IllegalArgumentException for a mount with an unknown scheme or a bad option; then
   *     nothing is changed
   */
  public void reconfigure(DataSetSpec spec) throws IOException {
    mounted.update(spec.mounts());
    guarded.reconfigure(spec.policy());
    hedging.enable(spec.policy().hedge());
  }

  /** While suspended, the stores are asked for nothing. */
  public void suspend(boolean whether) {
    guarded.suspend(whether);
  }

  /** All layers. */
  public UnderStore store() {
    return hedging;
  }

  /** Ranges for readers that wait: a late answer is asked for a second time. */
  public Source forReaders() {
    return hedging;
  }

  /** Ranges for loads, which can wait. */
  public Source forLoads() {
    return retrying::open;
  }

  /**
   * Asks each mount whether anything is in it, beside the limits on requests.
   *
   * @return the roots of those that have nothing
   * @throws IOException when one does not answer, or refuses to
   */
  public List<URI> emptyRoots() throws IOException {
    return mounted.emptyRoots();
  }

  /** Counts and times of one moment. */
  public UnderStoreStatus status() {
    return guarded.status();
  }

  /** Requests that were sent a second time. */
  public long hedged() {
    return hedging.hedged();
  }

  @Override
  public void close() throws IOException {
    hedging.close();
  }
}

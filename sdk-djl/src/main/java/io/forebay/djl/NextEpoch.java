package io.forebay.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * Begins an epoch when the one before has named its last batch: loaders make its first batches
 * while the last ones are computed, and a trainer does not wait for them. Only with loaders, and
 * for an {@link EpochSampler}, which tells whether there is another epoch. What loaders make is
 * freed as {@link LoaderArrays} has it, in any order. Thread-safe; each epoch's batches are for one
 * thread.
 */
@SuppressWarnings("ReferenceEquality") // the same sampler, manager and loaders
final class NextEpoch {

  /** Begins an epoch. */
  interface Epochs {
    Iterable<Batch> begin(NDManager manager, Sampler order, ExecutorService loaders)
        throws IOException, TranslateException;
  }

  private final Epochs epochs;

  /** Null when nothing is known of epochs. */
  private final EpochSampler known;

  private final Sampler sampler;

  /** Ahead of its being asked for. */
  private Epoch begun;

  private boolean closed;

  /**
   * @param order in which samples come
   * @param sampler what names its batches
   */
  NextEpoch(Epochs epochs, Sampler order, Sampler sampler) {
    this.epochs = epochs;
    this.known = order instanceof EpochSampler epochSampler ? epochSampler : null;
    this.sampler = sampler;
  }

  /** The batches of the next epoch, for whose first ones loaders may be at work already. */
  Iterable<Batch> batches(NDManager manager, Sampler order, ExecutorService loaders)
      throws IOException, TranslateException {
    if (loaders == null) {
      return epochs.begin(manager, order, null);
    }
    Iterator<Batch> epoch =
        isKnown(order) ? next(manager, loaders) : new Epoch(manager, order, loaders);
    return () -> epoch;
  }

  /** Whether epochs of that order are numbered, and another one can be begun. */
  private boolean isKnown(Sampler order) {
    return known != null && order == sampler;
  }

  private synchronized Epoch next(NDManager manager, ExecutorService loaders)
      throws IOException, TranslateException {
    Epoch ahead = begun;
    begun = null;
    if (ahead != null && ahead.manager == manager && ahead.loaders == loaders) {
      return ahead;
    }
    if (ahead != null) {
      ahead.arrays.close();
      known.again();
    }
    return new Epoch(manager, sampler, loaders);
  }

  private synchronized void beginAfter(Epoch last) throws IOException, TranslateException {
    if (begun == null && !closed && known.hasNext()) {
      begun = new Epoch(last.manager, sampler, last.loaders);
    }
  }

  /** Frees what was made for an epoch that nobody has asked for; none is begun any more. */
  synchronized void close() {
    closed = true;
    if (begun != null) {
      begun.arrays.close();
      begun = null;
    }
  }

  private final class Epoch implements Iterator<Batch>, Sampler {

    private final NDManager manager;
    private final Sampler order;
    private final ExecutorService loaders;
    private final LoaderArrays arrays;
    private final Iterator<Batch> batches;
    private Iterator<List<Long>> unnamed;
    private boolean last;

    Epoch(NDManager manager, Sampler order, ExecutorService loaders)
        throws IOException, TranslateException {
      this.manager = manager;
      this.order = order;
      this.loaders = loaders;
      arrays = new LoaderArrays(manager, loaders);
      batches = epochs.begin(arrays.manager(), this, arrays).iterator();
    }

    @Override
    public Iterator<List<Long>> sample(RandomAccessDataset dataSet) {
      unnamed = order.sample(dataSet);
      return unnamed;
    }

    @Override
    public int getBatchSize() {
      return order.getBatchSize();
    }

    @Override
    public boolean hasNext() {
      boolean more = batches.hasNext();
      if (!more) {
        arrays.closeIfUnused();
      }
      return more;
    }

    @Override
    public Batch next() {
      Batch batch = batches.next();
      if (isKnown(order) && !last && !unnamed.hasNext()) {
        last = true;
        try {
          beginAfter(this);
        } catch (IOException | TranslateException e) {
          throw new IllegalStateException("cannot start the next epoch", e);
        }
      }
      return batch;
    }
  }
}

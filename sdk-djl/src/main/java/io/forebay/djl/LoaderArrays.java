package io.forebay.djl;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Loaders of an epoch and the arrays they make. A manager of DJL that is closed frees its arrays
 * also while another thread computes with them, which ends the process. So these arrays have a
 * manager of their own, which is closed with the trainer's, but not before its loaders are done
 * with what they have begun; what they begin later fails. Thread-safe.
 */
final class LoaderArrays extends AbstractExecutorService implements AutoCloseable {

  private final NDManager trainers;
  private final NDManager arrays;
  private final ExecutorService loaders;

  /** Loaders read, who closes writes. */
  private final ReadWriteLock inUse = new ReentrantReadWriteLock();

  LoaderArrays(NDManager trainers, ExecutorService loaders) {
    this.trainers = trainers;
    this.loaders = loaders;
    arrays = trainers.getEngine().newBaseManager(trainers.getDevice());
    trainers.attachUncappedInternal(arrays.getName(), this);
  }

  NDManager manager() {
    return arrays;
  }

  @Override
  public void execute(Runnable task) {
    loaders.execute(
        () -> {
          inUse.readLock().lock();
          try {
            task.run();
          } finally {
            inUse.readLock().unlock();
          }
        });
  }

  /** Frees the arrays, as soon as no loader computes with them. */
  @Override
  public void close() {
    inUse.writeLock().lock();
    try {
      arrays.close();
    } finally {
      inUse.writeLock().unlock();
    }
    trainers.detachInternal(arrays.getName());
  }

  /** To be called when the epoch is over: batches that are still open are for the trainer. */
  void closeIfUnused() {
    if (arrays.getManagedArrays().isEmpty()) {
      close();
    }
  }

  @Override
  public void shutdown() {
    loaders.shutdown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    return loaders.shutdownNow();
  }

  @Override
  public boolean isShutdown() {
    return loaders.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return loaders.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return loaders.awaitTermination(timeout, unit);
  }
}

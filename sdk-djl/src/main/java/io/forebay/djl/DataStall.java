package io.forebay.djl;

import ai.djl.metric.Metrics;
import ai.djl.metric.Unit;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListenerAdapter;
import java.util.Iterator;

/**
 * Measures how much of an epoch a trainer waits for data: from asking for a batch to having it.
 * Given to a data set of this package it watches; added to a trainer's listeners it also writes
 * each epoch's percentage to the trainer's metrics, as {@value #METRIC}. One for each training; to
 * be asked by any thread.
 */
public final class DataStall extends TrainingListenerAdapter {

  /** The metric's name; in percent. */
  public static final String METRIC = "data-stall";

  // Of the epoch that runs, or ran last.
  private long begunNanos;
  private long endedNanos;
  private long waitedNanos;

  /** Seconds that the trainer waited for data in the latest epoch. */
  public synchronized double seconds() {
    return waitedNanos / 1e9;
  }

  /** The share of the latest epoch in which the trainer waited for data, from 0 to 1. */
  public synchronized double share() {
    long whole = endedNanos - begunNanos;
    return whole == 0 ? 0 : (double) waitedNanos / whole;
  }

  @Override
  public void onEpoch(Trainer trainer) {
    Metrics metrics = trainer.getMetrics();
    if (metrics != null) {
      metrics.addMetric(METRIC, 100 * share(), Unit.PERCENT);
    }
  }

  private synchronized void begin(long now) {
    begunNanos = now;
    endedNanos = now;
    waitedNanos = 0;
  }

  private synchronized void waited(long from, long to) {
    waitedNanos += to - from;
    endedNanos = to;
  }

  /** The same batches; who asks for them is watched. */
  Iterable<Batch> watch(Iterable<Batch> batches) {
    return () -> {
      begin(System.nanoTime());
      Iterator<Batch> each = batches.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          long asked = System.nanoTime();
          try {
            return each.hasNext();
          } finally {
            waited(asked, System.nanoTime());
          }
        }

        @Override
        public Batch next() {
          long asked = System.nanoTime();
          try {
            return each.next();
          } finally {
            waited(asked, System.nanoTime());
          }
        }
      };
    };
  }
}

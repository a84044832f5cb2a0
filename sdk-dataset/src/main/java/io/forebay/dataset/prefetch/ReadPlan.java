package io.forebay.dataset.prefetch;

import io.forebay.FileStatus;
import io.forebay.Totals;
import io.forebay.dataset.epoch.EpochOrder;
import java.util.List;
import java.util.function.LongFunction;

/**
 * All reads of a job, in their order, numbered through all its epochs. Nothing of it is stored but
 * the list of files. Thread-safe.
 */
public interface ReadPlan {

  /** Reads in all. */
  long size();

  /** Reads of an epoch, by which a look-ahead is measured. */
  long epochSize();

  /** How much all files are, whichever rank reads them. */
  Totals totals();

  /**
   * The file of a read.
   *
   * @param position from 0 to {@link #size()}, exclusive
   */
  FileStatus file(long position);

  /**
   * Epochs that follow one another.
   *
   * @param files the samples, by number
   * @param epochs how many
   * @param orders of each epoch, counted from 0; all of the same size
   */
  static ReadPlan epochs(
      List<FileStatus> files, int epochs, LongFunction<? extends EpochOrder> orders) {
    return new EpochsPlan(files, epochs, orders);
  }
}

package io.forebay.dataset.prefetch;

import io.forebay.FileStatus;
import io.forebay.Totals;
import io.forebay.dataset.epoch.EpochOrder;
import java.util.List;
import java.util.Objects;
import java.util.function.LongFunction;

/** Epochs that follow one another. */
final class EpochsPlan implements ReadPlan {

  private record Epoch(long number, EpochOrder order) {}

  private final List<FileStatus> files;
  private final LongFunction<? extends EpochOrder> orders;
  private final long epochSize;
  private final long size;
  private final Totals totals;

  /** The last one that was asked for: the next question is likely to be about the same. */
  private volatile Epoch latest;

  EpochsPlan(List<FileStatus> files, int epochs, LongFunction<? extends EpochOrder> orders) {
    this.files = files;
    this.orders = orders;
    this.totals = new Totals(files.size(), files.stream().mapToLong(FileStatus::size).sum());
    this.latest = new Epoch(0, orders.apply(0));
    this.epochSize = latest.order.size();
    this.size = Math.multiplyExact(epochSize, (long) epochs);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long epochSize() {
    return epochSize;
  }

  @Override
  public Totals totals() {
    return totals;
  }

  @Override
  public FileStatus file(long position) {
    long number = Objects.checkIndex(position, size) / epochSize;
    Epoch epoch = latest;
    if (epoch.number != number) {
      epoch = new Epoch(number, orders.apply(number));
      latest = epoch;
    }
    return files.get(Math.toIntExact(epoch.order.sample(position % epochSize)));
  }
}

package io.forebay.dataset.epoch;

import java.util.Objects;

/**
 * A rank's samples when each global batch is divided by where they lie. All ranks compute the same
 * division: whoever owns a sample gets it while his share lasts, and what is left over is dealt to
 * those that have too few. The batch last asked for is kept.
 */
final class LocalityOrder implements EpochOrder {

  private final EpochOrder order;
  private final Rank rank;
  private final int batch;
  private final SampleOwners owners;
  private final long size;
  private volatile Part last;

  /**
   * A rank's part of one batch.
   *
   * @param number of the batch
   */
  private record Part(long number, long[] samples) {}

  LocalityOrder(EpochOrder order, Rank rank, int batch, SampleOwners owners) {
    rank.requireWork(order.size());
    if (batch < rank.of() || batch % rank.of() != 0) {
      throw new IllegalArgumentException(
          "a global batch of "
              + batch
              + " samples for "
              + rank.of()
              + " ranks: use a multiple of the number of ranks");
    }
    this.order = order;
    this.rank = rank;
    this.batch = batch;
    this.owners = owners;
    this.size = rank.share(order.size());
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long sample(long position) {
    int each = batch / rank.of();
    long number = Objects.checkIndex(position, size) / each;
    Part part = last;
    if (part == null || part.number != number) {
      part = new Part(number, part(number));
      last = part;
    }
    return part.samples[(int) (position % each)];
  }

  private long[] part(long number) {
    long start = number * batch;
    int count = (int) Math.min(batch, order.size() - start);
    int[] free = new int[rank.of()];
    for (int r = 0; r < free.length; r++) {
      free[r] = (int) new Rank(r, rank.of()).share(count);
    }
    long[] samples = new long[count];
    int[] readers = new int[count];
    for (int i = 0; i < count; i++) {
      samples[i] = order.sample(start + i);
      int owner = owners.rankOf(samples[i]);
      readers[i] =
          owner >= 0 && owner < free.length && free[owner] > 0 ? owner : SampleOwners.NOBODY;
      if (readers[i] != SampleOwners.NOBODY) {
        free[owner]--;
      }
    }
    long[] own = new long[(int) rank.share(count)];
    int kept = 0;
    int next = 0;
    for (int i = 0; i < count; i++) {
      if (readers[i] == SampleOwners.NOBODY) {
        while (free[next] == 0) {
          next++;
        }
        free[next]--;
        readers[i] = next;
      }
      if (readers[i] == rank.number()) {
        own[kept++] = samples[i];
      }
    }
    return own;
  }
}

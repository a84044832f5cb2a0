package io.forebay.plan;

import java.util.List;

/**
 * What a job says of its reads. It numbers them from 0 on, through all its epochs; whoever keeps a
 * part of the data set hears of the part's files only.
 *
 * @param job tells the jobs of a data set apart; chosen at random
 * @param done how many reads are done: all below this number
 * @param reads to come, by ascending position, behind all that were said before
 */
public record PlanUpdate(long job, long done, List<Read> reads) {

  /**
   * A read to come.
   *
   * @param position its number
   * @param key of the file: the first half of its {@link io.forebay.file.FileId}
   */
  public record Read(long position, long key) {}

  private static final long OVER = Long.MAX_VALUE;

  public PlanUpdate {
    reads = List.copyOf(reads);
  }

  /** The last word of a job: it reads nothing more. */
  public static PlanUpdate end(long job) {
    return new PlanUpdate(job, OVER, List.of());
  }

  public boolean isOver() {
    return done == OVER;
  }
}

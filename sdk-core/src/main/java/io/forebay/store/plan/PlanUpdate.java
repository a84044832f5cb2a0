package io.forebay.store.plan;

/**
 * What a job says of its reads. A job numbers them from 0 on, through all its epochs; whoever keeps
 * a part of the data set hears of the part's files only.
 *
 * @param job tells the jobs of a data set apart; chosen at random
 * @param consumed how many reads are done: all below this number
 * @param positions of reads to come, ascending, and above all that were said before
 * @param keys of their files, the first half of each {@link io.forebay.metadata.FileId}
 */
public record PlanUpdate(long job, long consumed, long[] positions, long[] keys) {

  public PlanUpdate {
    if (positions.length != keys.length) {
      throw new IllegalArgumentException(
          positions.length + " positions for " + keys.length + " files");
    }
  }

  /** The last word of a job: it reads nothing more. */
  public static PlanUpdate over(long job) {
    return new PlanUpdate(job, Long.MAX_VALUE, new long[0], new long[0]);
  }

  public boolean isOver() {
    return consumed == Long.MAX_VALUE;
  }
}

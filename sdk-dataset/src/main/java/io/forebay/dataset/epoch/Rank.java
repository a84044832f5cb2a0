package io.forebay.dataset.epoch;

/**
 * One of the processes that train together.
 *
 * @param number from 0
 * @param of how many, the world size
 */
public record Rank(int number, int of) {

  public Rank {
    if (of < 1 || number < 0 || number >= of) {
      throw new IllegalArgumentException(
          "rank " + number + " of " + of + ": ranks are numbered from 0");
    }
  }

  /** How many of the positions are this one's when they are dealt in turn. */
  long share(long positions) {
    return positions / of + (number < positions % of ? 1 : 0);
  }

  /** Each of the ranks has something to do. */
  void requireWork(long positions) {
    if (of > positions) {
      throw new IllegalArgumentException(
          of
              + " ranks for "
              + positions
              + " samples: use fewer ranks, or repeat samples (repeatedToMultipleOf)");
    }
  }
}

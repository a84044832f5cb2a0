package io.forebay.bench;

import java.util.Arrays;

/** What stands at a share of measured values, in their order. */
final class Quantile {

  private Quantile() {}

  /**
   * @param q from 0 to 1
   */
  static double of(double[] values, double q) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.round(q * (sorted.length - 1))];
  }

  static double median(double[] values) {
    return of(values, 0.5);
  }
}

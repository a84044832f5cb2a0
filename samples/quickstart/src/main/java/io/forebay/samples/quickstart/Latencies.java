package io.forebay.samples.quickstart;

import java.util.Arrays;

/** How long requests took: to read the image, and until its class was known. */
final class Latencies {

  private final String model;
  private final String source;
  private final long[] readNanos;
  private final long[] nanos;
  private int count;
  private long storeRequests;

  /**
   * @param most requests
   */
  Latencies(String model, String source, int most) {
    this.model = model;
    this.source = source;
    readNanos = new long[most];
    nanos = new long[most];
  }

  void add(long read, long whole) {
    readNanos[count] = read;
    nanos[count++] = whole;
  }

  void reachedStore(long requests) {
    storeRequests += requests;
  }

  String model() {
    return model;
  }

  String source() {
    return source;
  }

  long storeRequests() {
    return storeRequests;
  }

  /** The time that a share of all requests took at the most, in ms. */
  double millis(double share) {
    return quantile(nanos, share);
  }

  double medianReadMillis() {
    return quantile(readNanos, 0.5);
  }

  private double quantile(long[] all, double share) {
    long[] sorted = Arrays.copyOf(all, count);
    Arrays.sort(sorted);
    return sorted[(int) Math.min(count - 1L, (long) (share * count))] / 1e6;
  }
}

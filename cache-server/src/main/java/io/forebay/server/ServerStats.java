package io.forebay.server;

import java.util.concurrent.atomic.LongAdder;

/** What a server was asked and what it answered, since its start. Thread-safe. */
public final class ServerStats {

  private final LongAdder requests = new LongAdder();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  /**
   * The counts of one moment.
   *
   * @param requests questions of clients; greetings and reports of use do not count
   * @param hits items of which every byte was resident
   * @param misses items that had to be waited for
   * @param failures items that could not be read
   * @param bytes file bytes sent
   */
  public record Counts(long requests, long hits, long misses, long failures, long bytes) {}

  public Counts counts() {
    return new Counts(requests.sum(), hits.sum(), misses.sum(), failures.sum(), bytes.sum());
  }

  void request() {
    requests.increment();
  }

  void hit() {
    hits.increment();
  }

  void miss() {
    misses.increment();
  }

  void failure() {
    failures.increment();
  }

  void sent(long length) {
    bytes.add(length);
  }
}

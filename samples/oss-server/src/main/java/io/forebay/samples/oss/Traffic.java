package io.forebay.samples.oss;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts what reached the server, failed requests included. Thread-safe. */
public final class Traffic {

  private final Map<String, LongAdder> requests = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> gets = new ConcurrentHashMap<>();
  private final LongAdder objectBytes = new LongAdder();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();

  /**
   * The counts of one moment.
   *
   * @param requests by operation: GET, HEAD, PUT, LIST, DELETE, MULTIPART
   * @param objectBytes bytes of objects sent to clients
   */
  public record Counts(Map<String, Long> requests, long objectBytes) {

    /** All operations together. */
    public long total() {
      return requests.values().stream().mapToLong(Long::longValue).sum();
    }

    public long of(String operation) {
      return requests.getOrDefault(operation, 0L);
    }

    /** What happened between an earlier count and this one. */
    public Counts since(Counts earlier) {
      Map<String, Long> difference = new TreeMap<>();
      requests.forEach((operation, n) -> difference.put(operation, n - earlier.of(operation)));
      return new Counts(difference, objectBytes - earlier.objectBytes);
    }
  }

  public Counts counts() {
    Map<String, Long> now = new TreeMap<>();
    requests.forEach((operation, n) -> now.put(operation, n.sum()));
    return new Counts(now, objectBytes.sum());
  }

  /** How often each object was asked for, by {@code /bucket/key}. */
  public Map<String, Long> getsByPath() {
    Map<String, Long> now = new TreeMap<>();
    gets.forEach((path, n) -> now.put(path, n.sum()));
    return now;
  }

  /** The most requests that were waiting for their last byte at one time. */
  public int mostAtOnce() {
    return mostAtOnce.get();
  }

  void request(String operation, String path) {
    mostAtOnce.accumulateAndGet(running.incrementAndGet(), Math::max);
    requests.computeIfAbsent(operation, o -> new LongAdder()).increment();
    if (operation.equals("GET")) {
      gets.computeIfAbsent(path, p -> new LongAdder()).increment();
    }
  }

  /** The last bytes of an answer are about to be sent. */
  void answered() {
    running.decrementAndGet();
  }

  void sent(int bytes) {
    objectBytes.add(bytes);
  }
}

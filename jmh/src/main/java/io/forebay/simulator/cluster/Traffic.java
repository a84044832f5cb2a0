package io.forebay.simulator.cluster;

import io.forebay.Origin;
import java.util.EnumMap;
import java.util.Map;

/** What was read, from where, and what went wrong. Used by one thread. */
final class Traffic {

  private final Map<Origin, Long> bytes = new EnumMap<>(Origin.class);
  private long reads;
  private long refused;
  private long refusedToServers;
  private long stoodIn;
  private long handedOverBytes;
  private long forwardedBytes;
  private long longestNanos;

  void read(Origin origin, long length, long nanos) {
    bytes.merge(origin, length, Long::sum);
    reads++;
    longestNanos = Math.max(longestNanos, nanos);
  }

  void refused() {
    refused++;
  }

  void refusedToServer() {
    refusedToServers++;
  }

  void stoodIn() {
    stoodIn++;
  }

  void handedOver(long length) {
    handedOverBytes += length;
  }

  void forwarded(long length) {
    forwardedBytes += length;
  }

  long bytes(Origin origin) {
    return bytes.getOrDefault(origin, 0L);
  }

  /** Of all origins. */
  long bytes() {
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  long reads() {
    return reads;
  }

  /** Requests of trainers to a server that did not run. */
  long refusedRequests() {
    return refused;
  }

  /** Requests of servers to a server that did not run. */
  long refusedServers() {
    return refusedToServers;
  }

  /** Reads that a server answered which does not own the file, by its client's view. */
  long readsStoodIn() {
    return stoodIn;
  }

  /** What an owner got from the one before it. */
  long handedOverBytes() {
    return handedOverBytes;
  }

  /** What a server got from one that owned the file at the time. */
  long forwardedBytes() {
    return forwardedBytes;
  }

  long longestNanos() {
    return longestNanos;
  }
}

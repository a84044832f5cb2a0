package io.forebay.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * How much of a node's cache a data set may have, how its files are kept there, and how hard its
 * under-store may be asked.
 *
 * @param retain who stays when the cache is full
 * @param guaranteedBytes below this no other data set takes space from it
 * @param maxBytes the most it may hold on a node
 * @param timeToLive files leave so long after they came; empty for never
 * @param maxRequests to the under-store at a time, from each node
 * @param bytesPerSecond from the under-store, to each node; 0 for no limit
 * @param hedge whether a request is sent a second time when its first byte takes longer than in 99
 *     of 100 requests
 * @param replicas servers that keep each file, all of which are read from
 * @param localCopy which files that other nodes own a node copies for its own readers
 * @param metadata how old names may be
 */
public record CachePolicy(
    Retain retain,
    long guaranteedBytes,
    long maxBytes,
    Optional<Duration> timeToLive,
    int maxRequests,
    long bytesPerSecond,
    boolean hedge,
    int replicas,
    LocalCopy localCopy,
    MetadataPolicy metadata) {

  public static final CachePolicy DEFAULT =
      new CachePolicy(
          Retain.AUTO,
          0,
          Long.MAX_VALUE,
          Optional.empty(),
          64,
          0,
          true,
          1,
          LocalCopy.HOT,
          MetadataPolicy.ONCE);

  /** With one replica, the usual copies, and names that stay until they are refreshed. */
  public CachePolicy(
      Retain retain,
      long guaranteedBytes,
      long maxBytes,
      Optional<Duration> timeToLive,
      int maxRequests,
      long bytesPerSecond,
      boolean hedge) {
    this(
        retain,
        guaranteedBytes,
        maxBytes,
        timeToLive,
        maxRequests,
        bytesPerSecond,
        hedge,
        1,
        LocalCopy.HOT,
        MetadataPolicy.ONCE);
  }

  public CachePolicy {
    if (guaranteedBytes < 0 || guaranteedBytes > maxBytes) {
      throw new IllegalArgumentException(
          "the guaranteed bytes must lie between 0 and the maximum of "
              + maxBytes
              + ", got "
              + guaranteedBytes);
    }
    if (timeToLive.isPresent() && timeToLive.get().compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "a time to live must be at least one second, got " + timeToLive.get());
    }
    if (maxRequests < 1) {
      throw new IllegalArgumentException(
          "limit of requests must be at least 1, got " + maxRequests);
    }
    if (replicas < 1) {
      throw new IllegalArgumentException("replicas must be at least 1, got " + replicas);
    }
    if (bytesPerSecond < 0) {
      throw new IllegalArgumentException(
          "bytes per second must not be negative, got " + bytesPerSecond);
    }
  }

  public CachePolicy withRetain(Retain other) {
    return with(other, hedge, replicas, localCopy);
  }

  public CachePolicy withLocalCopy(LocalCopy other) {
    return with(retain, hedge, replicas, other);
  }

  public CachePolicy withoutHedging() {
    return with(retain, false, replicas, localCopy);
  }

  public CachePolicy withReplicas(int other) {
    return with(retain, hedge, other, localCopy);
  }

  private CachePolicy with(
      Retain otherRetain, boolean otherHedge, int otherReplicas, LocalCopy otherCopy) {
    return new CachePolicy(
        otherRetain,
        guaranteedBytes,
        maxBytes,
        timeToLive,
        maxRequests,
        bytesPerSecond,
        otherHedge,
        otherReplicas,
        otherCopy,
        metadata);
  }
}

package io.forebay.store;

import io.forebay.spec.CachePolicy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The data sets of a store. The log names a data set by a hash, so that its files are found again
 * before, and whether or not, it is served again. Thread-safe.
 */
final class Shares {

  private final int tiers;
  private final long capacityBytes;
  private final List<Share> byNumber = new CopyOnWriteArrayList<>();
  private final Map<Long, Share> byHash = new ConcurrentHashMap<>();
  private final Map<String, Share> byName = new ConcurrentHashMap<>();

  Shares(int tiers, long capacityBytes) {
    this.tiers = tiers;
    this.capacityBytes = capacityBytes;
  }

  Share get(int number) {
    return byNumber.get(number);
  }

  List<Share> all() {
    return byNumber;
  }

  /** The share of a data set; with the usual policy if it is new. */
  Share of(String name) {
    Share known = byName.get(name);
    return known != null ? known : configure(name, CachePolicy.DEFAULT);
  }

  synchronized Share configure(String name, CachePolicy policy) {
    Share share = ofHash(hash(name));
    share.configure(name, policy);
    byName.put(name, share);
    return share;
  }

  /** Whether it is served, or files of it are left. */
  boolean isKnown(String name) {
    return byHash.containsKey(hash(name));
  }

  /** Takes note that a data set is not served any more; a late fill of it does not undo that. */
  synchronized void forget(String name) {
    of(name).forget();
  }

  /** The share of a data set that the log tells of. */
  synchronized Share ofHash(long nameHash) {
    Share known = byHash.get(nameHash);
    if (known != null) {
      return known;
    }
    if (byNumber.size() > Short.MAX_VALUE) {
      throw new IllegalStateException("more than 32768 data sets on one node");
    }
    Share share =
        new Share(byNumber.size(), nameHash, "", tiers, CachePolicy.DEFAULT, capacityBytes);
    byNumber.add(share);
    byHash.put(nameHash, share);
    return share;
  }

  /** Whether anything is here that other nodes own. */
  boolean haveCopies() {
    return byNumber.stream().anyMatch(share -> share.copyBytes() > 0);
  }

  private static long hash(String name) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  List<ShareStatus> statuses() {
    return byNumber.stream().filter(s -> !s.isForgotten()).map(Share::status).toList();
  }
}

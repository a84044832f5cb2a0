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
final class DataSetUsages {

  private final int tiers;
  private final long capacityBytes;
  private final List<DataSetUsage> byNumber = new CopyOnWriteArrayList<>();
  private final Map<Long, DataSetUsage> byHash = new ConcurrentHashMap<>();
  private final Map<String, DataSetUsage> byName = new ConcurrentHashMap<>();

  DataSetUsages(int tiers, long capacityBytes) {
    this.tiers = tiers;
    this.capacityBytes = capacityBytes;
  }

  DataSetUsage get(int number) {
    return byNumber.get(number);
  }

  List<DataSetUsage> all() {
    return byNumber;
  }

  /** The usage of a data set; with the usual policy if it is new. */
  DataSetUsage of(String name) {
    DataSetUsage known = byName.get(name);
    return known != null ? known : configure(name, CachePolicy.DEFAULT);
  }

  synchronized DataSetUsage configure(String name, CachePolicy policy) {
    DataSetUsage usage = ofHash(hash(name));
    usage.configure(name, policy);
    byName.put(name, usage);
    return usage;
  }

  /** Whether it is served, or files of it are left. */
  boolean isKnown(String name) {
    return byHash.containsKey(hash(name));
  }

  /** Takes note that a data set is not served any more; a late fill of it does not undo that. */
  synchronized void forget(String name) {
    of(name).forget();
  }

  /** The usage of a data set that the log tells of. */
  synchronized DataSetUsage ofHash(long nameHash) {
    DataSetUsage known = byHash.get(nameHash);
    if (known != null) {
      return known;
    }
    if (byNumber.size() > Short.MAX_VALUE) {
      throw new IllegalStateException("more than 32768 data sets on one node");
    }
    DataSetUsage usage =
        new DataSetUsage(byNumber.size(), nameHash, "", tiers, CachePolicy.DEFAULT, capacityBytes);
    byNumber.add(usage);
    byHash.put(nameHash, usage);
    return usage;
  }

  /** Whether anything is here that other nodes own. */
  boolean haveCopies() {
    return byNumber.stream().anyMatch(usage -> usage.copyBytes() > 0);
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

  List<DataSetUsageStatus> statuses() {
    return byNumber.stream().filter(s -> !s.isForgotten()).map(DataSetUsage::status).toList();
  }
}

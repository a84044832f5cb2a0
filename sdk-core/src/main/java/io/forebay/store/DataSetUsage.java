package io.forebay.store;

import io.forebay.plan.Plans;
import io.forebay.spec.CachePolicy;
import io.forebay.store.retention.Retention;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** A data set's part of the store: what it holds, what it may, and how it is used. Thread-safe. */
final class DataSetUsage {

  /** Of a full cache, for files that were fetched ahead. */
  private static final double AHEAD_SHARE = 0.005;

  private final int number;
  private final long nameHash;
  private volatile String name;
  private volatile CachePolicy policy;
  private final Plans plans = new Plans();
  private volatile Retention retention;
  private volatile long lastUse;
  private final long capacity;

  /** Paths that are pinned, each with everything below it. */
  private final Set<String> pins = ConcurrentHashMap.newKeySet();

  private final AtomicLong used = new AtomicLong();
  private final AtomicLong wanted = new AtomicLong();
  private final AtomicLong ahead = new AtomicLong();
  private final AtomicLong claimed = new AtomicLong();
  private final AtomicLong copies = new AtomicLong();
  private volatile long owned;
  private final AtomicLong wantedForPinned = new AtomicLong();
  private final LongAdder files = new LongAdder();
  private final LongAdder[] hits;
  private final LongAdder[] hitBytes;
  private final LongAdder localHitBytes = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder missBytes = new LongAdder();
  private final LongAdder bypassed = new LongAdder();
  private final LongAdder evictions = new LongAdder();
  private final LongAdder evictedBytes = new LongAdder();

  DataSetUsage(
      int number, long nameHash, String name, int tiers, CachePolicy policy, long capacity) {
    this.number = number;
    this.nameHash = nameHash;
    this.name = name;
    this.policy = policy;
    this.capacity = capacity;
    this.retention = Retention.of(policy.retain(), capacity, plans);
    hits = adders(tiers);
    hitBytes = adders(tiers);
  }

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    java.util.Arrays.setAll(adders, i -> new LongAdder());
    return adders;
  }

  /** Gives the data set its settings, which at recovery are not known yet. */
  void configure(String newName, CachePolicy newPolicy) {
    if (policy.retain() != newPolicy.retain()) {
      retention = Retention.of(newPolicy.retain(), capacity, plans);
    }
    name = newName;
    policy = newPolicy;
  }

  /** Goes back to what it is before its data set is served. */
  void forget() {
    configure("", CachePolicy.DEFAULT);
    Stream.of(
            Stream.of(hits),
            Stream.of(hitBytes),
            Stream.of(localHitBytes, misses, missBytes, bypassed, evictions, evictedBytes))
        .flatMap(counters -> counters)
        .forEach(LongAdder::reset);
  }

  /** Whether neither a data set nor a file is left of it. */
  boolean isForgotten() {
    return name.isEmpty() && used.get() == 0 && files.sum() == 0;
  }

  int number() {
    return number;
  }

  long nameHash() {
    return nameHash;
  }

  String name() {
    return name;
  }

  CachePolicy policy() {
    return policy;
  }

  Plans plans() {
    return plans;
  }

  Retention retention() {
    return retention;
  }

  long usedBytes() {
    return used.get();
  }

  /** What others may take from it. */
  long excessBytes() {
    return Math.max(0, used.get() - policy.guaranteedBytes());
  }

  boolean isBelowGuarantee() {
    return used.get() < policy.guaranteedBytes();
  }

  boolean reserve(long bytes) {
    while (true) {
      long now = used.get();
      if (now + bytes > policy.maxBytes()) {
        return false;
      }
      if (used.compareAndSet(now, now + bytes)) {
        return true;
      }
    }
  }

  void recovered(long bytes) {
    used.addAndGet(bytes);
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
  }

  /** Notes that there was no room for so much. */
  void want(long bytes, boolean pinned, Retention.Claim claim) {
    bypassed.increment();
    (pinned ? wantedForPinned : wanted).addAndGet(bytes);
    if (claim == Retention.Claim.ROOM) {
      claim(bytes);
    }
  }

  /** Has files of its own give up room; who finds none comes again, so claims do not add up. */
  void claim(long bytes) {
    claimed.accumulateAndGet(bytes, Math::max);
  }

  /**
   * Whether more may be fetched ahead where room is scarce: all of it takes the place of what would
   * be read later.
   */
  boolean mayFetchAhead(long more) {
    return ahead.get() + more < AHEAD_SHARE * Math.min(capacity, policy.maxBytes());
  }

  /** More is fetched ahead of its readers, or less of that is left to be read. */
  void fetchedAhead(long bytes) {
    ahead.addAndGet(bytes);
  }

  /** More of it is copied from other nodes, or less. */
  void copied(long bytes) {
    copies.addAndGet(bytes);
  }

  /** What it has of files that other nodes own. */
  long copyBytes() {
    return copies.get();
  }

  /** Says how much of it this node owns, whether it is here or not. */
  void owns(long bytes) {
    owned = bytes;
  }

  /** What this node owns of it, as far as known, and does not have yet. */
  long missingBytes() {
    return Math.max(0, Math.min(owned, policy.maxBytes()) - (used.get() - copies.get()));
  }

  /** A file was read, or left. Called under the segment's lock. */
  void clearPrefetched(Segment segment, int slot) {
    if (segment.is(slot, Segment.AHEAD)) {
      segment.set(slot, Segment.AHEAD, false);
      fetchedAhead(-segment.length(slot));
    }
  }

  /** What files of its own are to give up for others of its own. */
  long takeClaimed() {
    return claimed.getAndSet(0);
  }

  long takeWanted() {
    return wanted.getAndSet(0);
  }

  long takeWantedForPinned() {
    return wantedForPinned.getAndSet(0);
  }

  void fileAdded() {
    files.increment();
  }

  void fileRemoved() {
    files.decrement();
  }

  /**
   * @param local whether by a process of this node
   */
  void hit(int tier, long bytes, long now, boolean local) {
    lastUse = now;
    hits[tier].increment();
    hitBytes[tier].add(bytes);
    if (local) {
      localHitBytes.add(bytes);
    }
  }

  void missed(long bytes, long now) {
    lastUse = now;
    misses.increment();
    missBytes.add(bytes);
  }

  void evicted(long bytes) {
    evictions.increment();
    evictedBytes.add(bytes);
  }

  long lastUse() {
    return lastUse;
  }

  void pin(String path) {
    pins.add(path);
  }

  void unpin(String path) {
    pins.remove(path);
  }

  Set<String> pins() {
    return Set.copyOf(pins);
  }

  boolean isPinned(String path) {
    for (String pin : pins) {
      if (pin.isEmpty() || path.equals(pin) || path.startsWith(pin + "/")) {
        return true;
      }
    }
    return false;
  }

  DataSetUsageStatus status() {
    return new DataSetUsageStatus(
        name,
        used.get(),
        copies.get(),
        files.sum(),
        policy.guaranteedBytes(),
        policy.maxBytes(),
        retention.name(),
        List.copyOf(new java.util.TreeSet<>(pins)),
        sums(hits),
        sums(hitBytes),
        localHitBytes.sum(),
        misses.sum(),
        missBytes.sum(),
        bypassed.sum(),
        evictions.sum(),
        evictedBytes.sum());
  }

  private static List<Long> sums(LongAdder[] adders) {
    return java.util.Arrays.stream(adders).map(LongAdder::sum).toList();
  }
}

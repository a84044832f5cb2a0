package io.forebay.store.retention;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Caffeine's W-TinyLFU, which adapts itself between recency and frequency, as the judge of files
 * that are stored elsewhere: its entries are keys with weights and no content. It judges as a cache
 * of what may stay after the next clearing out; files that it evicts are condemned, and leave when
 * room is wanted, unless they are read again before.
 */
final class FrequencyRetention implements Retention {

  /** Weights are ints; small ones come as cached objects. */
  private static final int UNIT = 4096;

  /**
   * It judges as a somewhat smaller cache, so that condemned files have time to be read again:
   * where a working set moves on, that is worth more than what it costs elsewhere.
   */
  private static final double JUDGED_SHARE = 0.94;

  /** Changing the size makes Caffeine learn again, so small differences are let be. */
  private static final double TOLERANCE = 0.02;

  private final Cache<Long, Integer> judged;
  private final Policy.Eviction<Long, Integer> eviction;

  /** Weights of condemned files, those first that were condemned first. */
  private final Map<Long, Integer> condemned = new LinkedHashMap<>();

  private long condemnedWeight;

  /**
   * @param capacityBytes what the cache can hold in all
   */
  FrequencyRetention(long capacityBytes) {
    judged =
        Caffeine.newBuilder()
            .maximumWeight(Math.max(1, capacityBytes / UNIT))
            .weigher((Long key, Integer weight) -> weight)
            .evictionListener(
                (Long key, Integer weight, RemovalCause cause) -> condemn(key, weight))
            // Its work is short, and done in the reading thread it is done in order.
            .executor(Runnable::run)
            .build();
    eviction = judged.policy().eviction().orElseThrow();
  }

  private void condemn(Long key, int weight) {
    synchronized (condemned) {
      if (condemned.put(key, weight) == null) {
        condemnedWeight += weight;
      }
    }
  }

  private void reprieve(Long key) {
    synchronized (condemned) {
      Integer weight = condemned.remove(key);
      if (weight != null) {
        condemnedWeight -= weight;
      }
    }
  }

  @Override
  public void onRead(long key, long residentBytes) {
    if (judged.getIfPresent(key) == null && residentBytes > 0) {
      onResident(key, residentBytes);
    }
  }

  @Override
  public void onResident(long key, long bytes) {
    reprieve(key);
    judged.put(key, (int) Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT));
  }

  @Override
  public void onGone(long key) {
    judged.invalidate(key);
    reprieve(key);
  }

  @Override
  public boolean evictsOwnFiles() {
    return true;
  }

  @Override
  public synchronized void chooseVictims(
      long bytes, long heldBytes, Held held, LongConsumer victims) {
    judged.cleanUp();
    long staying = Math.max(1, (long) (JUDGED_SHARE * (heldBytes - bytes) / UNIT));
    if (Math.abs(eviction.getMaximum() - staying) > TOLERANCE * staying) {
      eviction.setMaximum(staying);
      judged.cleanUp();
    }
    for (long key : worst(bytes / UNIT + 1, heldBytes / UNIT)) {
      victims.accept(key);
    }
  }

  /** Files that were not read since this began are unknown here, and leave before all others. */
  private long[] worst(long wanted, long held) {
    synchronized (condemned) {
      long unknown = held - eviction.weightedSize().orElse(0) - condemnedWeight;
      long left = wanted - Math.max(0, unknown);
      long[] keys = new long[condemned.size()];
      int count = 0;
      for (Iterator<Map.Entry<Long, Integer>> i = condemned.entrySet().iterator();
          i.hasNext() && left > 0; ) {
        Map.Entry<Long, Integer> each = i.next();
        keys[count++] = each.getKey();
        left -= each.getValue();
        condemnedWeight -= each.getValue();
        i.remove();
      }
      return java.util.Arrays.copyOf(keys, count);
    }
  }

  @Override
  public String name() {
    return "frequency";
  }
}

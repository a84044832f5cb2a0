package io.forebay.fill;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;
import io.forebay.file.FileId;
import java.time.Duration;

/**
 * Blocks for which the store has no room, in memory between their arrival and a reader that comes
 * to them in order: he is to have as many connections at a time as one whose blocks are stored.
 * Bounded, for all data sets of a node; what nobody came for leaves after a while. Thread-safe.
 */
final class BypassBuffer {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final long capacity;
  private long taken;

  private final Cache<BlockKey, Fill> arrived =
      Caffeine.newBuilder()
          .expireAfterAccess(PATIENCE)
          .scheduler(Scheduler.systemScheduler())
          .executor(Runnable::run)
          .<BlockKey, Fill>removalListener(
              (key, fill, cause) -> {
                fill.release();
                release(fill);
              })
          .build();

  /**
   * @param capacity in bytes
   */
  BypassBuffer(long capacity) {
    this.capacity = capacity;
  }

  /** Takes room for a block that is to be fetched; false when there is none. */
  synchronized boolean take(int length) {
    if (taken + length > capacity) {
      return false;
    }
    taken += length;
    return true;
  }

  /** Gives back the room of a block that did not arrive. */
  synchronized void release(Fill fill) {
    taken -= fill.length();
  }

  /**
   * Keeps a block for which room was taken.
   *
   * @param fill whose bytes have all arrived, held by the caller
   */
  void keep(BlockKey key, Fill fill) {
    fill.hold();
    arrived.put(key, fill);
  }

  boolean has(BlockKey key) {
    return arrived.asMap().containsKey(key);
  }

  /**
   * A reader is on his way to these blocks, however slowly; otherwise they would leave and be
   * fetched again.
   */
  void expect(FileId file, int first, int last) {
    for (int block = first; block <= last && arrived.estimatedSize() > 0; block++) {
      var unused = find(new BlockKey(file, block)); // which counts as an access
    }
  }

  /** Null when it is not here. */
  Fill find(BlockKey key) {
    return arrived.getIfPresent(key);
  }

  /** A reader is done with it. */
  void leave(BlockKey key) {
    arrived.invalidate(key);
  }
}

package io.forebay.simulator;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/** Caffeine as it is, W-TinyLFU with an adaptive window. */
final class TinyLfu implements Policy {

  private final Cache<Integer, Boolean> files;
  private long written;

  TinyLfu(int capacity) {
    files = Caffeine.newBuilder().maximumSize(capacity).executor(Runnable::run).build();
  }

  @Override
  public boolean read(int file) {
    if (files.getIfPresent(file) != null) {
      return true;
    }
    files.put(file, true);
    written++;
    return false;
  }

  @Override
  public long written() {
    return written;
  }
}

package io.forebay.kubernetes.csi;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A lock for each name that is in use. Thread-safe. */
final class Locks {

  private final Duration patience;
  private final LoadingCache<String, ReentrantLock> locks =
      Caffeine.newBuilder().weakValues().build(name -> new ReentrantLock());

  /** The holder of a lock. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @param patience how long somebody waits for a lock
   */
  Locks(Duration patience) {
    this.patience = patience;
  }

  /**
   * Waits for it.
   *
   * @throws BusyException when another holds it all the time
   */
  Held take(String name) throws BusyException, InterruptedException {
    ReentrantLock lock = locks.get(name);
    if (!lock.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new BusyException(name);
    }
    return lock::unlock;
  }
}

package io.forebay.understore;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often and how far apart a passing failure is tried again.
 *
 * @param attempts in all, the first one included
 * @param firstDelay upper bound of the first pause; each further bound is twice as long
 * @param maxDelay the longest bound
 */
public record RetryPolicy(int attempts, Duration firstDelay, Duration maxDelay) {

  public static final RetryPolicy DEFAULT =
      new RetryPolicy(5, Duration.ofMillis(100), Duration.ofSeconds(5));

  public RetryPolicy {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts must be at least 1, got " + attempts);
    }
  }

  /** One request to an under-store. */
  @FunctionalInterface
  public interface Call<T> {
    T run() throws IOException;
  }

  /** Runs a call until it succeeds, fails for good, or the attempts are used up. */
  public <T> T run(Call<T> call) throws IOException {
    for (int failures = 1; ; failures++) {
      try {
        return call.run();
      } catch (UnderStoreException e) {
        if (!e.isTransient() || failures >= attempts) {
          throw e;
        }
        pause(failures);
      }
    }
  }

  /**
   * Waits after a failed attempt: uniform between zero and the bound, so that clients which failed
   * together do not come back together.
   *
   * @param failures attempts that failed so far, from 1
   */
  public void pause(int failures) throws InterruptedIOException {
    long bound = Math.min(firstDelay.toNanos() << Math.min(failures - 1, 20), maxDelay.toNanos());
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(bound + 1) / 1_000_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting to retry the under-store");
    }
  }
}

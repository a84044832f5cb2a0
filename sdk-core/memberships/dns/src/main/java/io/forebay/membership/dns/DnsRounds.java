package io.forebay.membership.dns;

import io.forebay.membership.ChangingMembership;
import io.forebay.membership.Membership;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks again when an answer has run out. While DNS does not answer, or names no server, the members
 * stay as they are.
 */
final class DnsRounds {

  private static final Logger log = LoggerFactory.getLogger(DnsRounds.class);

  /** Between rounds that refreshes begin: many may be asked for at once. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final DnsLookup lookup;
  private final Duration min;
  private final Duration max;
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "forebay-members-dns");
            thread.setDaemon(true);
            return thread;
          });
  private final ChangingMembership membership;

  private volatile long last = System.nanoTime();

  // Of the clock's thread.
  private Future<?> next;
  private boolean failing;

  private DnsRounds(DnsLookup lookup, Duration min, Duration max, DnsLookup.Answer first) {
    this.lookup = lookup;
    this.min = min;
    this.max = max;
    this.membership = new ChangingMembership(first.view(), this::refresh, clock::shutdownNow);
    this.next = schedule(first.ttl());
  }

  /**
   * @param min the shortest time between rounds
   * @param max the longest
   * @throws IOException when DNS does not answer now
   */
  static Membership start(DnsLookup lookup, Duration min, Duration max) throws IOException {
    return new DnsRounds(lookup, min, max, lookup.answer()).membership;
  }

  private void refresh() {
    if (refreshing.compareAndSet(false, true)) {
      long pause = last + PAUSE_NANOS - System.nanoTime();
      clock.schedule(this::refreshed, pause, TimeUnit.NANOSECONDS);
    }
  }

  private void refreshed() {
    refreshing.set(false);
    next.cancel(false);
    round();
  }

  private void round() {
    last = System.nanoTime();
    Duration delay = min;
    try {
      DnsLookup.Answer answer = lookup.answer();
      membership.change(answer.view());
      delay = answer.ttl();
      if (failing) {
        failing = false;
        log.info("DNS names the members again");
      }
    } catch (IOException | RuntimeException e) {
      if (!failing) {
        failing = true;
        log.warn("the members stay as they are: {}", e.getMessage());
      }
      log.debug("DNS was asked in vain", e);
    }
    if (!clock.isShutdown()) {
      next = schedule(delay);
    }
  }

  private Future<?> schedule(Duration delay) {
    long millis = Math.max(min.toMillis(), Math.min(delay.toMillis(), max.toMillis()));
    return clock.schedule(this::round, millis, TimeUnit.MILLISECONDS);
  }
}

package io.forebay.simulator.cluster;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.PriorityQueue;

/** Virtual time: what is to happen, in the order in which it does. Used by one thread. */
final class Clock implements InstantSource {

  private record Event(long nanos, long number, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int order = Long.compare(nanos, other.nanos);
      return order == 0 ? Long.compare(number, other.number) : order;
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long now;
  private long scheduled;

  /** Nanoseconds since the beginning. */
  long now() {
    return now;
  }

  @Override
  public Instant instant() {
    return Instant.EPOCH.plusNanos(now);
  }

  /** Of events at the same time the first that was scheduled happens first. */
  void at(long nanos, Runnable action) {
    if (nanos < now) {
      throw new IllegalArgumentException("an event at " + nanos + " ns, when it is " + now);
    }
    events.add(new Event(nanos, scheduled++, action));
  }

  void after(Duration delay, Runnable action) {
    at(now + Math.max(0, delay.toNanos()), action);
  }

  /** Until nothing is to happen any more. */
  void run() {
    for (Event next = events.poll(); next != null; next = events.poll()) {
      now = next.nanos;
      next.action.run();
    }
  }
}

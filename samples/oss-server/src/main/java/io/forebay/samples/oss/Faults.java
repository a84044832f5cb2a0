package io.forebay.samples.oss;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The faults that a server is told to show. Thread-safe. */
public final class Faults {

  private record Planned(String path, Fault fault, AtomicInteger left) {}

  private final Queue<Planned> planned = new ConcurrentLinkedQueue<>();
  private final Map<Fault, Double> rates = new ConcurrentHashMap<>();
  private final Random random = Seed.random(0);
  private final Queue<Runnable> hanging = new ConcurrentLinkedQueue<>();

  /** The next so many requests fail. */
  public void next(int requests, Fault fault) {
    nextOn("", requests, fault);
  }

  /** The next so many requests whose path ({@code /bucket/key}) ends like this fail. */
  public void nextOn(String pathEnd, int requests, Fault fault) {
    planned.add(new Planned(pathEnd, fault, new AtomicInteger(requests)));
  }

  /** From now on this share (0 to 1) of all requests fails. */
  public void rate(double share, Fault fault) {
    rates.put(fault, share);
  }

  /** No more faults; requests that hang are answered. */
  public void clear() {
    planned.clear();
    rates.clear();
    for (Runnable answer = hanging.poll(); answer != null; answer = hanging.poll()) {
      answer.run();
    }
  }

  /** Keeps a request that hangs. */
  void hang(Runnable answer) {
    hanging.add(answer);
  }

  Optional<Fault> draw(String path) {
    for (Iterator<Planned> i = planned.iterator(); i.hasNext(); ) {
      Planned plan = i.next();
      if (path.endsWith(plan.path)) {
        int left = plan.left.getAndDecrement();
        if (left == 1) {
          i.remove();
        }
        if (left > 0) {
          return Optional.of(plan.fault);
        }
      }
    }
    for (Map.Entry<Fault, Double> rate : rates.entrySet()) {
      if (random.nextDouble() < rate.getValue()) {
        return Optional.of(rate.getKey());
      }
    }
    return Optional.empty();
  }
}

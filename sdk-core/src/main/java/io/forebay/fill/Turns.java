package io.forebay.fill;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;

/**
 * What waits, by client. The clients take turns, so the first thing of a client that comes waits
 * for one thing of each other client, however many these have. Thread-safe.
 */
final class Turns<T> {

  /** In the order of their turns; without clients that wait for nothing. */
  private final Map<Object, Queue<T>> waiting = new LinkedHashMap<>();

  synchronized void add(Object client, T what) {
    waiting.computeIfAbsent(client, c -> new ArrayDeque<>()).add(what);
  }

  /** Takes one back; false when it was taken already. */
  synchronized boolean remove(Object client, T what) {
    Queue<T> ofClient = waiting.get(client);
    boolean removed = ofClient != null && ofClient.remove(what);
    if (removed && ofClient.isEmpty()) {
      waiting.remove(client);
    }
    return removed;
  }

  synchronized int size() {
    return waiting.values().stream().mapToInt(Queue::size).sum();
  }

  /** What is next; null when nothing waits. */
  synchronized T take() {
    if (waiting.isEmpty()) {
      return null;
    }
    Map.Entry<Object, Queue<T>> first = waiting.entrySet().iterator().next();
    Object client = first.getKey();
    Queue<T> ofClient = first.getValue();
    waiting.remove(client);
    T next = ofClient.remove();
    if (!ofClient.isEmpty()) {
      waiting.put(client, ofClient);
    }
    return next;
  }
}

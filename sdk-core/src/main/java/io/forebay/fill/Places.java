package io.forebay.fill;

import java.io.InterruptedIOException;

/**
 * The requests that readers send themselves, because the store has no room for the answer: so many
 * at a time, and clients take turns. Thread-safe.
 */
final class Places {

  private static final class Waiter {
    private boolean granted;
  }

  private final Turns<Waiter> waiting = new Turns<>();
  private int most;
  private int taken;

  Places(int most) {
    this.most = most;
  }

  /** Permits another number from now on. */
  synchronized void resize(int width) {
    most = width;
    grant();
  }

  /** Waits for a place; whoever got one releases it. */
  synchronized void take(Object client) throws InterruptedIOException {
    Waiter self = new Waiter();
    waiting.add(client, self);
    grant();
    try {
      while (!self.granted) {
        wait();
      }
    } catch (InterruptedException e) {
      if (!waiting.remove(client, self)) {
        release();
      }
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the under-store");
    }
  }

  int waiting() {
    return waiting.size();
  }

  synchronized void release() {
    taken--;
    grant();
  }

  private void grant() {
    boolean any = false;
    for (Waiter next = taken < most ? waiting.take() : null;
        next != null;
        next = taken < most ? waiting.take() : null) {
      next.granted = true;
      taken++;
      any = true;
    }
    if (any) {
      notifyAll();
    }
  }
}

package io.forebay.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of requests that are being answered, over all connections: as large as they came, which
 * is some eighth of what they take on the heap. Beyond the bound a connection has one request at a
 * time. Thread-safe.
 */
final class RequestMemory {

  private static final int PART_OF_HEAP = 64;

  private final AtomicLong taken = new AtomicLong();
  private final long most;

  RequestMemory() {
    this(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  }

  RequestMemory(long most) {
    this.most = most;
  }

  void take(int bytes) {
    taken.addAndGet(bytes);
  }

  void release(int bytes) {
    taken.addAndGet(-bytes);
  }

  boolean isScarce() {
    return taken.get() > most;
  }

  /** What may be taken before requests come singly. */
  long most() {
    return most;
  }

  /** Bytes of requests at present. */
  long taken() {
    return taken.get();
  }
}

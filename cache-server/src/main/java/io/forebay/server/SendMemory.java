package io.forebay.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The memory of answers that clients have not taken yet, over all connections: half of the direct
 * memory that the JVM may use. Thread-safe.
 */
final class SendMemory {

  /** Bytes of a permit: so many fit into a semaphore. */
  static final int PERMIT_BYTES = 4096;

  private static final int MOST_OF_ONE = (16 << 20) / PERMIT_BYTES;

  /** Clients that take nothing must not leave others without memory. */
  private static final int CLIENTS = 16;

  private final int ofOne;
  private final Semaphore ofAll;

  SendMemory() {
    this(maxDirectBytes() / 2);
  }

  SendMemory(long bytes) {
    int permits = (int) Math.min(Integer.MAX_VALUE, bytes / PERMIT_BYTES);
    ofAll = new Semaphore(permits);
    ofOne = Math.max(1, Math.min(MOST_OF_ONE, permits / CLIENTS));
  }

  /** The JVM's limit of direct memory, which is that of the heap if it is not set. */
  private static long maxDirectBytes() {
    long set =
        Long.parseLong(
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxDirectMemorySize")
                .getValue());
    return set > 0 ? set : Runtime.getRuntime().maxMemory();
  }

  /** The most permits of one connection. */
  int ofOne() {
    return ofOne;
  }

  boolean take(int permits) {
    return ofAll.tryAcquire(permits);
  }

  /** Waits for them as long as a client may take nothing. */
  boolean take(int permits, long seconds) throws InterruptedException {
    return ofAll.tryAcquire(permits, seconds, TimeUnit.SECONDS);
  }

  void release(int permits) {
    ofAll.release(permits);
  }
}

package io.forebay.fill;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/** One block on its way. Readers wait for just the bytes they want. Thread-safe. */
final class Fill {

  private final String noun;
  private int arrived;
  private boolean done;
  private IOException failure;

  Fill(String noun) {
    this.noun = noun;
  }

  synchronized void arrived(int bytes) {
    arrived += bytes;
    notifyAll();
  }

  synchronized void done() {
    done = true;
    notifyAll();
  }

  synchronized void failed(IOException reason) {
    failure = reason;
    done = true;
    notifyAll();
  }

  /**
   * Waits until the first so many bytes of the block have arrived.
   *
   * @throws IOException the reason for which they never will
   */
  synchronized void await(int bytes, long timeoutNanos) throws IOException {
    long deadline = System.nanoTime() + timeoutNanos;
    while (arrived < bytes && !done) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new IOException(
            noun
                + ": "
                + arrived
                + " of "
                + bytes
                + " bytes arrived in "
                + TimeUnit.NANOSECONDS.toSeconds(timeoutNanos)
                + " s");
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for " + noun);
      }
    }
    if (arrived < bytes && failure != null) {
      throw failure;
    }
  }
}

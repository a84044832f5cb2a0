package io.forebay.simulator.cluster;

/**
 * Something that moves bytes one after the other: a disk, a direction of a network card, an
 * under-store. Used by one thread.
 */
final class Link {

  private final double nanosPerByte;
  private long freeNanos;
  private long bytes;

  Link(double bytesPerSecond) {
    this.nanosPerByte = 1e9 / bytesPerSecond;
  }

  /** Books a transfer behind those before it, and tells when it ends. */
  long move(long now, long length) {
    freeNanos = Math.max(freeNanos, now) + (long) (length * nanosPerByte);
    bytes += length;
    return freeNanos;
  }

  long bytes() {
    return bytes;
  }

  /** For how long it was at work. */
  long busyNanos() {
    return (long) (bytes * nanosPerByte);
  }

  /** Begins to count at zero. */
  void reset() {
    bytes = 0;
  }
}

package io.forebay.fuse.protocol;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * How to wait for the next request. A thread that sleeps takes longer to wake up than most requests
 * to answer, so as long as they come quickly it looks again and again; but not where as many ask as
 * there are processors, for it would look in their time. Used by one thread at a time.
 */
final class RequestPoll {

  /** About what it costs two processors to wake up: looking for longer than that cannot pay. */
  private static final long LONGEST_NANOS = 100_000;

  /** The kernel takes as long as that to work through a listing before it asks for the rest. */
  private static final long EXPECTED_NANOS = 3 * LONGEST_NANOS;

  /** A long wait counts as no more than this, so that a few short ones outweigh it. */
  private static final long COUNTED_NANOS = 5 * LONGEST_NANOS;

  private static final int WEIGHT = 8;

  private static final int PAUSES = 20;

  /** By so many requests it is known how many threads ask. */
  private static final int LATEST = 64;

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  /** Moving average of the latest waits. */
  private long usualNanos = COUNTED_NANOS;

  private boolean expected;

  private final int[] askers = new int[LATEST];
  private int asked;
  private boolean crowded;

  /** The next request follows from the last reply. */
  void expect() {
    expected = true;
  }

  /**
   * Learns who made the request that was read.
   *
   * @param thread 0 when that is not known, as of a release
   */
  void askedBy(int thread) {
    if (thread != 0) {
      askers[asked++] = thread;
    }
    if (asked == LATEST) {
      crowded = different(askers) >= PROCESSORS;
      asked = 0;
    }
  }

  /** Whether as many threads ask as there are processors. */
  boolean isCrowded() {
    return crowded;
  }

  private static int different(int[] numbers) {
    Arrays.sort(numbers);
    int different = 1;
    for (int i = 1; i < numbers.length; i++) {
      if (numbers[i] != numbers[i - 1]) {
        different++;
      }
    }
    return different;
  }

  /**
   * Waits for a request.
   *
   * @param idle whether all before were answered; while something is fetched from afar, that has
   *     more use for the processors
   * @return its bytes; the negated error number otherwise
   */
  int read(Device device, MemorySegment target, boolean idle) {
    long start = System.nanoTime();
    if (expected || (usualNanos < LONGEST_NANOS && idle && !crowded)) {
      look(device, start, expected ? EXPECTED_NANOS : LONGEST_NANOS);
    }
    expected = false;
    int n = device.read(target);
    took(Math.min(System.nanoTime() - start, COUNTED_NANOS));
    return n;
  }

  @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but speed
  private static void look(Device device, long start, long longest) {
    while (!device.hasRequest() && System.nanoTime() - start < longest) {
      pause();
      Thread.yield(); // to those who are to make the request
    }
  }

  /** About a microsecond: who looks all the time takes from the other processor, too. */
  private static void pause() {
    for (int i = 0; i < PAUSES; i++) {
      Thread.onSpinWait();
    }
  }

  private void took(long nanos) {
    usualNanos += (nanos - usualNanos) / WEIGHT;
  }
}

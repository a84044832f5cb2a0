package io.forebay.server;

import io.forebay.placement.Placement;
import io.forebay.understore.BulkInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The views that were in use until lately: who owned a file then may still have it, and is asked
 * before the under-store is. Thread-safe.
 */
final class HandOver {

  /** Later whoever owns a file has fetched it, or nobody reads it. */
  private static final long LATELY_NANOS = TimeUnit.MINUTES.toNanos(30);

  /** Views that are remembered, and servers that are asked one after the other. */
  static final int MOST = 3;

  /** So many asked in vain, and only one in some is asked, until one has what is wanted. */
  private static final int IN_VAIN = 32;

  private static final int ONE_IN = 16;

  private record Former(Placement placement, long endedNanos) {}

  private final LongSupplier clock;
  private final Deque<Former> former = new ArrayDeque<>();
  private int inVain;
  private int asked;

  /**
   * @param clock in nanoseconds, as {@link System#nanoTime}
   */
  HandOver(LongSupplier clock) {
    this.clock = clock;
  }

  /** Takes note of a placement that is no longer in use. */
  synchronized void remember(Placement placement) {
    former.addFirst(new Former(placement, clock.getAsLong()));
    while (former.size() > MOST) {
      former.removeLast();
    }
    inVain = 0;
  }

  /** The latest first; none where it is likely to be in vain. */
  synchronized List<Placement> placements() {
    if (inVain >= IN_VAIN && asked++ % ONE_IN != 0) {
      return List.of();
    }
    former.removeIf(each -> clock.getAsLong() - each.endedNanos > LATELY_NANOS);
    return former.stream().map(Former::placement).toList();
  }

  private synchronized void answered(boolean has) {
    inVain = has ? 0 : Math.min(inVain + 1, IN_VAIN);
  }

  /**
   * The answer of the first former owner that has one, which tells whether asking them is still
   * worth it.
   *
   * @param answers at least one; none of them is asked before this is read
   */
  InputStream first(List<InputStream> answers) {
    return new BulkInputStream() {

      private Optional<InputStream> found = Optional.empty();

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        if (found.isPresent()) {
          return found.get().read(target, offset, length);
        }
        try {
          return find(target, offset, length);
        } finally {
          answered(found.isPresent());
        }
      }

      private int find(byte[] target, int offset, int length) throws IOException {
        IOException failure = new IOException("no former owner has it");
        for (InputStream answer : answers) {
          try {
            int n = answer.read(target, offset, length);
            found = Optional.of(answer);
            return n;
          } catch (IOException e) {
            failure.addSuppressed(e);
          }
        }
        throw failure;
      }

      @Override
      public void close() throws IOException {
        for (InputStream answer : answers) {
          answer.close();
        }
      }
    };
  }
}

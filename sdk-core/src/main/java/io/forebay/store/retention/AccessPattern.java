package io.forebay.store.retention;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Tells reading in epochs from other reading, by a sample of the files. In epochs, of one job or of
 * several, all files are read about equally often, and long pauses lie between the reads of one
 * file. Two measures give other access away:
 *
 * <ul>
 *   <li>reads per file are spread more widely than chance would spread them: some are popular;
 *   <li>the reads of a file lie close together beside the length of the window: a working set moves
 *       on.
 * </ul>
 *
 * <p>Not thread-safe.
 */
final class AccessPattern {

  enum Verdict {
    OPEN,
    EPOCHS,
    OTHER
  }

  /** Bounds the memory: files in the sample. */
  private static final int FILES = 2048;

  /** Fewer reads of sampled files say nothing. */
  private static final int READS = 512;

  /** Reads of files that had been read before, of which so many are wanted. */
  private static final int REPEATS = 128;

  /** Variance of the reads per file over their mean: 1 for reads at random, below it for epochs. */
  private static final double SPREAD = 1.6;

  /**
   * Mean pause between two reads of a file, as a share of the window; near 1/2 or more in epochs.
   */
  private static final double CLOSENESS = 0.1;

  /** Reads per file that make a window of epochs. */
  private static final int READS_PER_FILE = 3;

  private static final class Reads {
    private int count;
    private long last;
  }

  private final Map<Long, Reads> sample = new HashMap<>();
  private long mask;
  private long clock;
  private long sampled;
  private long repeats;
  private long pauses;

  /** Notes a read, and says what is known by now. A verdict starts a new window. */
  Verdict onRead(long key) {
    clock++;
    // The lowest bits place records in tables; others choose the sample.
    if ((key >>> 20 & mask) != 0) {
      return Verdict.OPEN;
    }
    Reads reads = sample.computeIfAbsent(key, k -> new Reads());
    if (reads.count++ > 0) {
      repeats++;
      pauses += clock - reads.last;
    }
    reads.last = clock;
    sampled++;
    if (sample.size() > FILES) {
      thin();
    }
    if (sampled < READS || repeats < REPEATS || sampled % 64 != 0) {
      return Verdict.OPEN;
    }
    return judge();
  }

  private Verdict judge() {
    double mean = (double) sampled / sample.size();
    double squares = 0;
    for (Reads reads : sample.values()) {
      squares += (reads.count - mean) * (reads.count - mean);
    }
    double spread = squares / sample.size() / mean;
    double closeness = (double) pauses / repeats / clock;
    if (spread > SPREAD || (mean >= 2 && closeness < CLOSENESS)) {
      startAgain();
      return Verdict.OTHER;
    }
    if (mean >= READS_PER_FILE) {
      startAgain();
      return Verdict.EPOCHS;
    }
    return Verdict.OPEN;
  }

  /** Halves the sample. */
  private void thin() {
    mask = mask << 1 | 1;
    for (Iterator<Map.Entry<Long, Reads>> i = sample.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Long, Reads> entry = i.next();
      if ((entry.getKey() >>> 20 & mask) != 0) {
        sampled -= entry.getValue().count;
        i.remove();
      }
    }
    // Too few to matter, and no longer to be told apart.
    repeats /= 2;
    pauses /= 2;
  }

  private void startAgain() {
    sample.clear();
    clock = 0;
    sampled = 0;
    repeats = 0;
    pauses = 0;
  }
}

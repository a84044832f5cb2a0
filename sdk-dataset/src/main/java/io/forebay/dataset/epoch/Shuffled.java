package io.forebay.dataset.epoch;

import java.util.Objects;

/**
 * A pseudorandom permutation that is computed at each position by itself: an alternating Feistel
 * network over the smallest power of two that has room, walked along until it comes to a number
 * below the size (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002), which takes
 * less than two steps in the mean (and some more for a handful of samples). No cipher: it need not
 * be hard to guess, only without pattern.
 *
 * <p>The keys and the mixing are part of what this class promises, for ranks that run different
 * versions must agree.
 */
final class Shuffled implements EpochOrder {

  private static final long LARGEST = 1L << 62;

  /** Of each half. */
  private static final int ROUNDS = 4;

  /** Below, the network does not make all orders of its few numbers equally likely. */
  private static final int LEAST_BITS = 8;

  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private final long size;
  private final int lowBits;
  private final long lowMask;
  private final long highMask;
  private final long[] keys = new long[2 * ROUNDS];

  Shuffled(long size, long seed, long epoch) {
    if (size < 0 || size > LARGEST) {
      throw new IllegalArgumentException("a data set of " + size + " samples");
    }
    this.size = size;
    int bits = Math.max(LEAST_BITS, Long.SIZE - Long.numberOfLeadingZeros(size - 1));
    this.lowBits = bits / 2;
    this.lowMask = (1L << lowBits) - 1;
    this.highMask = (1L << (bits - lowBits)) - 1;
    long state = mix(mix(seed) + epoch);
    for (int i = 0; i < keys.length; i++) {
      state += GOLDEN;
      keys[i] = mix(state);
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long sample(long position) {
    long number = Objects.checkIndex(position, size);
    do {
      number = permuted(number);
    } while (number >= size);
    return number;
  }

  private long permuted(long number) {
    long high = number >>> lowBits;
    long low = number & lowMask;
    for (int i = 0; i < keys.length; i += 2) {
      high ^= mix(low + keys[i]) & highMask;
      low ^= mix(high + keys[i + 1]) & lowMask;
    }
    return high << lowBits | low;
  }

  /** Each bit of the result depends on all bits: the finalizer of SplitMix64 (Stafford's 13th). */
  private static long mix(long bits) {
    long z = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}

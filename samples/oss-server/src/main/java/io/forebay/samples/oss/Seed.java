package io.forebay.samples.oss;

import java.util.Random;

/**
 * Where tests and faults get their randomness from. Each process prints its seed, so that what
 * failed can be repeated with {@code -Dforebay.seed}. Thread-safe.
 */
public final class Seed {

  private static final String PROPERTY = "forebay.seed";
  private static final long VALUE = Long.getLong(PROPERTY, System.nanoTime());

  static {
    System.out.println("random with -D" + PROPERTY + "=" + VALUE);
  }

  private Seed() {}

  /**
   * @param stream tells apart those who use this at once
   */
  public static Random random(int stream) {
    return new Random(VALUE + stream);
  }
}

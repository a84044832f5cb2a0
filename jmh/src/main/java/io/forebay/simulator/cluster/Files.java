package io.forebay.simulator.cluster;

import io.forebay.file.FileId;

/**
 * Files that follow from a seed, so that none is held: their ids are random, and their sizes
 * exponential.
 *
 * @param count of those that are followed
 * @param meanBytes of their sizes
 */
record Files(int count, long meanBytes, long seed) {

  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  FileId id(int file) {
    return new FileId(hash(file, 1), hash(file, 2));
  }

  long bytes(int file) {
    double uniform = ((hash(file, 3) >>> 11) + 0.5) * 0x1p-53;
    return 1 + (long) (-meanBytes * Math.log(uniform));
  }

  /** SplitMix64. */
  private long hash(int file, int of) {
    long z = seed + GOLDEN * (4L * file + of);
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}

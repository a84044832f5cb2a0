package io.forebay.spec;

/** How a data set's files are kept when the cache is full; what an operator may declare. */
public enum Retain {
  /** Finds out by looking at the reads. */
  AUTO,
  /** For epochs: what is there stays, newcomers pass by. */
  KEEP,
  /** For all other access: Caffeine's W-TinyLFU. */
  FREQUENCY
}

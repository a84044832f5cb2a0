package io.forebay.simulator;

/** A cache of files of one size, as far as its decisions go. */
interface Policy {

  /** Reads a file; whether it was a hit. */
  boolean read(int file);

  /** Files that were written into the cache so far. */
  long written();
}

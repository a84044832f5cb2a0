package io.forebay.samples.quickstart;

/** One training, from one of the places. Used by one thread. */
interface Training extends AutoCloseable {

  /** Trains for one more epoch. */
  EpochResult next() throws Exception;

  @Override
  void close();
}

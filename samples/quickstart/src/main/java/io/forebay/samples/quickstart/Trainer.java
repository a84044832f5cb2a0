package io.forebay.samples.quickstart;

import java.io.IOException;

/** Trains the same network on the same images, wherever they come from. */
interface Trainer extends AutoCloseable {

  /**
   * Prepares a training.
   *
   * @param source {@link Quickstart#DIRECT}, {@link Quickstart#FOREBAY} or {@link Quickstart#LOCAL}
   */
  Training from(String source) throws Exception;

  @Override
  void close() throws IOException;
}

package io.forebay.server.admin;

import java.io.IOException;

/** How a server leaves its cluster so that nothing is fetched twice. Thread-safe. */
public interface Departure {

  /**
   * What became of what the server had.
   *
   * @param files parts of files that others have from now on
   * @param bytes of them
   * @param failed parts that they could not take
   * @param reason of the first failure; empty if there is none
   */
  record Report(long files, long bytes, long failed, String reason) {}

  /**
   * Owns nothing from now on, and has others take what this server has and they own. Returns when
   * they have.
   *
   * @throws IOException when the names of a data set cannot be read
   */
  Report drain() throws IOException;

  /** Owns files again. */
  void stay();

  boolean isDraining();
}

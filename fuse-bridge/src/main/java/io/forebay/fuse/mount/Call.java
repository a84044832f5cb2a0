package io.forebay.fuse.mount;

import java.io.IOException;

/** A child's end of its {@link Keeper}'s pipe. Not thread-safe. */
public final class Call {

  private static final int UNHEARD = -2;

  private int heard = UNHEARD;

  /**
   * Waits until this process is to serve, or is not needed any more. When it was waited for before,
   * this returns at once.
   *
   * @return whether it is to serve
   */
  public boolean await() {
    if (heard == UNHEARD) {
      try {
        heard = System.in.read();
      } catch (IOException e) {
        heard = -1;
      }
    }
    return heard >= 0;
  }
}

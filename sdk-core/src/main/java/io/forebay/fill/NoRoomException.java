package io.forebay.fill;

import io.forebay.metadata.FileVersion;
import java.io.IOException;

/** The store has no room for a block: its bytes go from the under-store to the reader directly. */
final class NoRoomException extends IOException {

  private static final long serialVersionUID = 1;

  NoRoomException(FileVersion version) {
    super("no room for " + version);
  }

  /** Part of normal running, so no trace. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}

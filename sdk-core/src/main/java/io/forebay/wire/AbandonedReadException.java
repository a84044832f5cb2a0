package io.forebay.wire;

import java.io.IOException;

/** Another thread gave a read up before its answer was complete. */
public final class AbandonedReadException extends IOException {

  private static final long serialVersionUID = 1;

  AbandonedReadException(String message, IOException cause) {
    super(message, cause);
  }
}

package io.forebay.wire;

import io.forebay.ForebayException;
import java.io.IOException;

/** Another thread gave a read up before its answer was complete. */
public final class AbandonedReadException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  AbandonedReadException(String message, IOException cause) {
    super(message, cause);
  }
}

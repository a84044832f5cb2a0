package io.forebay.wire;

import io.forebay.ForebayException;
import java.io.IOException;

/**
 * A server ended a connection before its answer was complete. It may have died, or given up this
 * answer alone: for example when its disk failed under bytes that were announced already.
 */
final class ConnectionLostException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  ConnectionLostException(String message, IOException cause) {
    super(message, cause);
  }
}

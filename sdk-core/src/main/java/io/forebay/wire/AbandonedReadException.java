package io.forebay.wire;

import io.forebay.ForebayException;
import java.io.IOException;

/** Another thread gave a read up before its answer was complete. */
public final class AbandonedReadException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  /**
   * @param cause null when the answer was complete by then
   */
  AbandonedReadException(Address late, IOException cause) {
    super(late + " was late", cause);
  }
}

package io.forebay.wire;

import io.forebay.ForebayException;
import java.io.IOException;

/** Bytes that are not the protocol. The connection they came over is closed. */
public final class MalformedFrameException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  public MalformedFrameException(String message) {
    super(message);
  }
}

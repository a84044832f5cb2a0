package io.forebay.wire;

import java.io.IOException;

/** Bytes that are not the protocol. The connection they came over is closed. */
public final class MalformedFrameException extends IOException {

  private static final long serialVersionUID = 1;

  public MalformedFrameException(String message) {
    super(message);
  }
}

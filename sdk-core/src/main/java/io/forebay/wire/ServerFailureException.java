package io.forebay.wire;

import io.forebay.ForebayException;
import java.io.IOException;

/** A server answered that it could not do what it was asked; another place may. */
public final class ServerFailureException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  private final ErrorCode code;

  ServerFailureException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }
}

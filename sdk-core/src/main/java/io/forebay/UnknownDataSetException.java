package io.forebay;

import java.io.IOException;

/** A server was asked for a data set that its configuration does not name. */
public final class UnknownDataSetException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  public UnknownDataSetException(String message) {
    super(message);
  }
}

package io.forebay.store;

import io.forebay.ForebayException;
import java.io.IOException;

/** The tier's disk failed, not the under-store: the read can still succeed from elsewhere. */
public final class TierException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  TierException(String message, IOException cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}

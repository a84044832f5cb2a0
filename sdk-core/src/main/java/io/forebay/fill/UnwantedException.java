package io.forebay.fill;

import io.forebay.ForebayException;
import java.io.IOException;

/** Bytes were not fetched, because nobody wanted them any more. */
final class UnwantedException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1L;

  UnwantedException(String noun) {
    super(noun + " was cancelled");
  }
}

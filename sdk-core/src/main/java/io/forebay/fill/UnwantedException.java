package io.forebay.fill;

import java.io.IOException;

/** Bytes were not fetched, because nobody wanted them any more. */
final class UnwantedException extends IOException {

  private static final long serialVersionUID = 1L;

  UnwantedException(String noun) {
    super(noun + " was cancelled");
  }
}

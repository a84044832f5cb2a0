package io.forebay.dataset.spec;

import io.forebay.ForebayException;

/** A manifest that cannot be used; the message has file, line, field and what it may be. */
public final class SpecException extends IllegalArgumentException implements ForebayException {

  private static final long serialVersionUID = 1;

  SpecException(String message) {
    super(message);
  }
}

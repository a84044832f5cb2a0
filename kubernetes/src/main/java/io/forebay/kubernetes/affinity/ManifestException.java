package io.forebay.kubernetes.affinity;

import io.forebay.ForebayException;

/** A manifest that cannot be used; the message has file, document, line and what is wrong. */
public final class ManifestException extends IllegalArgumentException implements ForebayException {

  private static final long serialVersionUID = 1;

  ManifestException(String message, Throwable cause) {
    super(message, cause);
  }
}

package io.forebay.fuse.fs;

import io.forebay.ForebayException;
import java.io.IOException;

/** A write in a file failed, and was reported then; so no later request for the file succeeds. */
final class IncompleteDraftException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  private final IOException failure;

  IncompleteDraftException(IOException failure) {
    super(failure.getMessage(), failure);
    this.failure = failure;
  }

  /** Of the write. */
  IOException failure() {
    return failure;
  }
}

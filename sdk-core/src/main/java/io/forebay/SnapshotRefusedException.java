package io.forebay;

import java.io.IOException;

/**
 * A listing of the under-store was not taken into use, for it lacks what a new snapshot should not.
 * The former snapshot stays in use.
 */
public final class SnapshotRefusedException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  public SnapshotRefusedException(String message) {
    super(message);
  }
}

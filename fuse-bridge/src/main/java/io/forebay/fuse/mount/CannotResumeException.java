package io.forebay.fuse.mount;

import io.forebay.ForebayException;
import java.io.IOException;
import java.nio.file.Path;

/** A mount cannot go on with the process that replaces another one; a new mount can. */
public final class CannotResumeException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  CannotResumeException(Path point, String why) {
    super(point + ": " + why);
  }
}

package io.forebay.state;

import io.forebay.ForebayException;
import java.io.IOException;
import java.nio.file.Path;

/** A file is not as it was written: its disk or somebody else changed it. */
public final class DamagedFileException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  /**
   * @param how it was noticed
   */
  public DamagedFileException(Path file, String how) {
    super(file + " is damaged: " + how);
  }
}

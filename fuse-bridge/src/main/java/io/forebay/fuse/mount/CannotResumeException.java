package io.forebay.fuse.mount;

import java.io.IOException;
import java.nio.file.Path;

/** A kernel before Linux 6.9 cannot go on with a mount whose process was replaced. */
public final class CannotResumeException extends IOException {

  private static final long serialVersionUID = 1;

  CannotResumeException(Path point) {
    super(point + ": this kernel cannot go on with another process (Linux 6.9 can)");
  }
}

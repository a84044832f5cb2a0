package io.forebay.node;

import io.forebay.ForebayException;
import java.io.IOException;
import java.nio.file.Path;

/** Another process has taken over the directory of this one. */
final class NodeLostException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  NodeLostException(Path directory) {
    super(
        "another process has taken over the cache directory "
            + directory
            + " after it was deleted; this process no longer caches. Stop one of the two"
            + " processes");
  }
}

package io.forebay.node;

import io.forebay.ForebayException;
import java.io.IOException;
import java.nio.file.Path;

/** Another process owns the directory. */
public final class NodeBusyException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  NodeBusyException(Path directory) {
    super("cache directory " + directory + " is in use by another process");
  }
}

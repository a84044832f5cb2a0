package io.forebay.fill;

import io.forebay.ForebayException;
import io.forebay.file.FileVersion;
import java.io.IOException;

/** The cache cannot take a file that it was told to. */
public final class NoRoomException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  NoRoomException(FileVersion file) {
    super(
        "the cache has no room for "
            + file
            + "; raise the tiers' quotas or the data set's maximum, or prune other files");
  }
}

package io.forebay.kubernetes.csi;

import io.forebay.ForebayException;
import java.io.IOException;

/** Another call works on the same thing; the caller repeats its own later. */
final class BusyException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  BusyException(String name) {
    super("another call is still working on " + name + "; it is repeated later");
  }
}

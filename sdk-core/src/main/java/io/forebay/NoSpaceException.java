package io.forebay;

import java.io.IOException;
import java.util.List;

/** A disk is full, or a quota used up. The message names the file and what is full. */
public final class NoSpaceException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  /** What the system says; Java has no exception of its own for it. */
  private static final List<String> TEXTS = List.of("No space left on device", "quota exceeded");

  public NoSpaceException(String file, String full, Throwable cause) {
    super(file + " cannot be written: no space left in " + full, cause);
  }

  /** Whether a failure of a local file means this. */
  public static boolean isMeantBy(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return TEXTS.stream().anyMatch(message::contains);
  }
}

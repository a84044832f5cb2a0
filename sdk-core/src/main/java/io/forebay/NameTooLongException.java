package io.forebay;

import java.nio.file.FileSystemException;

/** The under-store can have no file of that name, for the name is longer than it allows. */
public final class NameTooLongException extends FileSystemException implements ForebayException {

  private static final long serialVersionUID = 1;

  /** What Linux says; Java has no exception of its own for it. */
  private static final String TEXT = "File name too long";

  public NameTooLongException(String file, String limit) {
    super(file, null, limit);
  }

  /** Whether a failure of a local file means this. */
  public static boolean isMeantBy(FileSystemException failure) {
    return String.valueOf(failure.getReason()).contains(TEXT);
  }
}

package io.forebay;

import java.io.IOException;

/**
 * The object in the under-store is no longer the version that the metadata names, and the cache
 * does not hold that version whole. Call {@link DataSet#refresh()} and open the file again.
 */
public final class StaleFileException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  public StaleFileException(String file, String detail) {
    super(
        file
            + " has changed in the under-store since its metadata was read ("
            + detail
            + "); refresh the data set (forebay snapshot create, or DataSet.refresh) and open"
            + " the file again");
  }

  private StaleFileException(String message) {
    super(message);
  }

  /** Re-creates the exception that a server reported. */
  public static StaleFileException reported(String message) {
    return new StaleFileException(message);
  }
}

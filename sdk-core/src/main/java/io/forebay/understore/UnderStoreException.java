package io.forebay.understore;

import java.io.IOException;

/** An under-store failed or refused a request. The message names store, path and request id. */
public final class UnderStoreException extends IOException {

  private static final long serialVersionUID = 1;

  private final boolean transientFailure;

  private UnderStoreException(String message, boolean transientFailure, Throwable cause) {
    super(message, cause);
    this.transientFailure = transientFailure;
  }

  /** A failure that may pass: a time-out, throttling, a server error, a broken connection. */
  public static UnderStoreException passing(String message, Throwable cause) {
    return new UnderStoreException(message, true, cause);
  }

  /** A failure that will not pass by itself: a refused or impossible request. */
  public static UnderStoreException lasting(String message, Throwable cause) {
    return new UnderStoreException(message, false, cause);
  }

  public boolean isTransient() {
    return transientFailure;
  }
}

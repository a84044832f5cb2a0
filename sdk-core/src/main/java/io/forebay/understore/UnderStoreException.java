package io.forebay.understore;

import io.forebay.ForebayException;
import java.io.IOException;

/** An under-store failed or refused a request. The message names store, path and request id. */
public final class UnderStoreException extends IOException implements ForebayException {

  private static final long serialVersionUID = 1;

  private final boolean transientFailure;
  private final boolean throttling;

  private UnderStoreException(
      String message, boolean transientFailure, boolean throttling, Throwable cause) {
    super(message, cause);
    this.transientFailure = transientFailure;
    this.throttling = throttling;
  }

  /** A failure that may pass: a time-out, throttling, a server error, a broken connection. */
  public static UnderStoreException passing(String message, Throwable cause) {
    return new UnderStoreException(message, true, false, cause);
  }

  /** A failure that will not pass by itself: a refused or impossible request. */
  public static UnderStoreException lasting(String message, Throwable cause) {
    return new UnderStoreException(message, false, false, cause);
  }

  /** A failure that passes when the store is asked less. */
  public static UnderStoreException throttled(String message, Throwable cause) {
    return new UnderStoreException(message, true, true, cause);
  }

  public boolean isTransient() {
    return transientFailure;
  }

  public boolean isThrottling() {
    return throttling;
  }
}

package io.forebay.wire;

import io.forebay.NameTooLongException;
import io.forebay.SnapshotRefusedException;
import io.forebay.StaleFileException;
import io.forebay.UnknownDataSetException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Why a server could not do what it was asked. */
public enum ErrorCode {
  /** The server itself failed. */
  INTERNAL(0),
  /** The path is not there. */
  NOT_FOUND(1),
  /** The file has another version by now. */
  STALE(2),
  /** The under-store refused the server's credentials, or the server refused the client. */
  DENIED(3),
  /** The server's configuration does not have the data set. */
  UNKNOWN_DATA_SET(4),
  /** The under-store failed. */
  UNDER_STORE(5),
  /** The request makes no sense. */
  BAD_REQUEST(6),
  /** A listing lacks more than a new snapshot may. */
  SNAPSHOT_REFUSED(7),
  /** The under-store allows no name of that length. */
  NAME_TOO_LONG(8),
  /** Not all of the range is in the server's cache, and it was to look nowhere else. */
  NOT_CACHED(9);

  private final byte number;

  ErrorCode(int number) {
    this.number = (byte) number;
  }

  /** What travels. */
  byte number() {
    return number;
  }

  /** The code that travelled; a newer server may have more of them. */
  static ErrorCode of(byte number) {
    for (ErrorCode code : values()) {
      if (code.number == number) {
        return code;
      }
    }
    return INTERNAL;
  }

  /** The code for an exception that ends a request. */
  public static ErrorCode of(Throwable failure) {
    if (failure instanceof NoSuchFileException) {
      return NOT_FOUND;
    }
    if (failure instanceof StaleFileException) {
      return STALE;
    }
    if (failure instanceof AccessDeniedException) {
      return DENIED;
    }
    if (failure instanceof UnknownDataSetException) {
      return UNKNOWN_DATA_SET;
    }
    if (failure instanceof SnapshotRefusedException) {
      return SNAPSHOT_REFUSED;
    }
    if (failure instanceof NameTooLongException) {
      return NAME_TOO_LONG;
    }
    if (failure instanceof IllegalArgumentException) {
      return BAD_REQUEST;
    }
    return failure instanceof IOException ? UNDER_STORE : INTERNAL;
  }

  /**
   * The exception that a client throws for this code.
   *
   * @param noun the data set or path that was asked for
   */
  public IOException toException(String noun, String message) {
    return switch (this) {
      case NOT_FOUND -> new NoSuchFileException(noun, null, without(noun, message));
      case STALE -> StaleFileException.reported(message);
      case DENIED -> new AccessDeniedException(noun, null, without(noun, message));
      case UNKNOWN_DATA_SET -> new UnknownDataSetException(message);
      case SNAPSHOT_REFUSED -> new SnapshotRefusedException(message);
      case NAME_TOO_LONG -> new NameTooLongException(noun, message);
      default -> new ServerFailureException(this, noun + ": " + message);
    };
  }

  /** The server names it already. */
  private static String without(String noun, String message) {
    return message.startsWith(noun + ": ") ? message.substring(noun.length() + 2) : message;
  }
}

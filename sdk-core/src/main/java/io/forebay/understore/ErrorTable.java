package io.forebay.understore;

import io.forebay.NoSpaceException;
import io.forebay.StaleFileException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Map;

/**
 * What the errors of an object store mean: by their code, or by the status of HTTP where the code
 * is not one of the store's, as in the answer to a HEAD and in what proxies say. For
 * implementations of object stores. Immutable.
 */
public final class ErrorTable {

  /** What an error means for the one who asked. */
  public enum Kind {
    MISSING,
    STALE,
    DENIED,
    NO_SPACE,
    THROTTLED,
    PASSING,
    LASTING;

    /** Of an error whose code says nothing; 0 stands for a status that is not known. */
    static Kind of(int status) {
      return switch (status) {
        case 404 -> MISSING;
        // Only what the version has is asked for: where that is not there, it is another version.
        case 412, 416 -> STALE;
        case 401, 403 -> DENIED;
        case 507 -> NO_SPACE;
        case 429, 503 -> THROTTLED;
        case 408, 425 -> PASSING;
        case 301, 307, 308, 501, 505 -> LASTING;
        // No store sends elsewhere with 302: portals do. Nor is an answer below 300 an error, but
        // for one that cannot be read.
        default -> status < 400 || status >= 500 ? PASSING : LASTING;
      };
    }
  }

  /**
   * @param advice what to do about it; may be empty
   */
  public record Meaning(Kind kind, String advice) {

    public Meaning(Kind kind) {
      this(kind, "");
    }
  }

  /** An entry of the table. */
  public static Map.Entry<String, Meaning> lasting(String code, String advice) {
    return Map.entry(code, new Meaning(Kind.LASTING, advice));
  }

  /** An entry of the table. */
  public static Map.Entry<String, Meaning> denied(String code, String advice) {
    return Map.entry(code, new Meaning(Kind.DENIED, advice));
  }

  /** An entry of the table. */
  public static Map.Entry<String, Meaning> throttled(String code) {
    return Map.entry(code, new Meaning(Kind.THROTTLED));
  }

  private final Map<String, Meaning> byCode;
  private final String whenDenied;
  private final String whenRedirected;

  /**
   * @param whenDenied advice where the code does not tell why
   * @param whenRedirected advice where the code does not tell why
   */
  public ErrorTable(Map<String, Meaning> byCode, String whenDenied, String whenRedirected) {
    this.byCode = Map.copyOf(byCode);
    this.whenDenied = whenDenied;
    this.whenRedirected = whenRedirected;
  }

  /**
   * @param status of HTTP; 0 where it is not known
   * @param code the store's own; empty where there is none
   */
  public Meaning find(int status, String code) {
    Meaning known = byCode.get(code);
    if (known != null) {
      return known;
    }
    Kind kind = Kind.of(status);
    boolean redirected = status >= 300 && status < 400;
    return new Meaning(kind, kind == Kind.DENIED ? whenDenied : redirected ? whenRedirected : "");
  }

  /**
   * @param noun what was asked for, such as {@code s3://bucket/key}
   * @param detail what the store said
   */
  public IOException translate(
      String noun, int status, String code, String detail, Throwable cause) {
    Meaning meaning = find(status, code);
    String text = meaning.advice.isEmpty() ? detail : detail + "; " + meaning.advice;
    return switch (meaning.kind) {
      case MISSING -> new NoSuchFileException(noun, null, "no such object");
      case STALE -> new StaleFileException(noun, text);
      case DENIED -> new AccessDeniedException(noun, null, text);
      case NO_SPACE -> new NoSpaceException(noun, "the store: " + text, cause);
      case THROTTLED -> UnderStoreException.throttled(noun + ": " + text, cause);
      case PASSING -> UnderStoreException.passing(noun + ": " + text, cause);
      case LASTING -> UnderStoreException.lasting(noun + ": " + text, cause);
    };
  }
}

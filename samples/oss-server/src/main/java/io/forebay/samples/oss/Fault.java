package io.forebay.samples.oss;

/** What can go wrong with a request. */
public enum Fault {
  /** 503 SlowDown. */
  THROTTLE,
  /** 500 InternalError. */
  INTERNAL_ERROR,
  /** The connection is reset without an answer. */
  RESET,
  /** Half of the body, then the connection closes. */
  TRUNCATE,
  /** No answer, until {@link Faults#clear}. */
  HANG,
  /** 403 AccessDenied, as a policy of the bucket says. */
  DENY,
  /** 403 SecurityTokenExpired. */
  EXPIRE_TOKEN,
  /** 403 RequestTimeTooSkewed. */
  SKEW_CLOCK;

  /** Whether the same request may succeed when it is sent again. */
  public boolean isPassing() {
    return compareTo(DENY) < 0;
  }
}

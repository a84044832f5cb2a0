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
  /** No answer at all. */
  HANG
}

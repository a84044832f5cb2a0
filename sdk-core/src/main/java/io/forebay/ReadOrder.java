package io.forebay;

/** The order in which a read of many files delivers them. */
public enum ReadOrder {
  /** As asked for: a slow file holds up those behind it. */
  STRICT,
  /** As they become ready. */
  FREE
}

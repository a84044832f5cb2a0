package io.forebay.spec;

/**
 * Which files that other nodes own a node copies for its own readers, as far as it has room left.
 */
public enum LocalCopy {
  /** None: each is read from its owner every time. */
  NONE,
  /** Those that are known to be read again, by a plan, and those that are read a second time. */
  HOT,
  /** All that are read. */
  ALL
}

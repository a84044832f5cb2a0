package io.forebay.store;

/** What a directory of a tier can do at the moment. */
public enum DiskState {
  /** Everything. */
  HEALTHY,
  /** Its file system has no space, though its quota has; it takes no more, and is read. */
  FULL,
  /** It cannot be written, and is read. */
  READ_ONLY,
  /** It is gone or broken; what it held counts as lost. */
  FAILED
}

package io.forebay.store;

/** What a block is fetched for. */
public enum Purpose {
  /** Somebody reads the file. */
  READ,
  /** Somebody is going to, soon. */
  AHEAD,
  /** It is to be there, whoever reads it and when. */
  LOAD
}

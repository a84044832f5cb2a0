package io.forebay.store;

/** What a block is fetched for. */
public enum Purpose {
  /** Somebody reads the file. */
  READ,
  /** Somebody is going to, soon. */
  AHEAD,
  /** It is to be there, whoever reads it and when. */
  LOAD,
  /**
   * This node reads it again and again, but another one owns it: it gets what nobody else wants.
   */
  COPY
}

package io.forebay.wire;

/** How far a server may go for bytes that it does not have. */
public enum Reach {
  /** To the servers that own the file, if it is none of them, and to the under-store. */
  CLUSTER(0),
  /**
   * To the under-store: its asker found the owners silent, or is one of the servers itself. A
   * server that owns the file asks the caches of its former owners before.
   */
  UNDER_STORE(1),
  /** Nowhere. What is not in its cache fails with {@link ErrorCode#NOT_CACHED}. */
  CACHE(2);

  private final byte number;

  Reach(int number) {
    this.number = (byte) number;
  }

  /** What travels. */
  byte number() {
    return number;
  }

  /** What travelled. */
  static Reach of(byte number) throws MalformedFrameException {
    for (Reach reach : values()) {
      if (reach.number == number) {
        return reach;
      }
    }
    throw new MalformedFrameException("unknown reach " + number);
  }
}

package io.forebay;

/** Where the bytes of a read came from, nearest first. */
public enum Origin {
  /** A complete tier file of this node, read without asking anyone. */
  RESIDENT,
  /** This process's own cache, which may have had to fetch first. */
  EMBEDDED_CACHE,
  /** The server on this node. */
  OWN_SERVER,
  /** The server of another node in the same zone. */
  ZONE_SERVER,
  /** The server of a node elsewhere, or where there are no zones. */
  OTHER_SERVER,
  /** The under-store, directly. */
  UNDER_STORE
}

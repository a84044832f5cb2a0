package io.forebay;

/** Why bytes did not come from the nearest place that is to have them. */
public enum Detour {
  /** That server failed, or counted as down; another one stood in. */
  FAILED_OVER,
  /** That server was late; another one that is to have them, too, answered first. */
  HEDGED,
  /** The under-store was read although there are caches: none of them could answer. */
  NO_CACHE
}

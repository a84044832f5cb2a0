package io.forebay.fuse.fs;

import io.forebay.Totals;
import java.util.Optional;

/** Where the bytes of cached files come from. */
public enum Profile {

  /** From the cache's disk, by the kernel alone; each open is a request. */
  PASSTHROUGH("passthrough"),

  /**
   * From the kernel's own page cache, after a first read that is answered. Opens are no requests,
   * but the bytes are in memory a second time: for small files that fit twice.
   */
  PAGE_CACHE("pagecache");

  /** Files that are smaller in the mean cost more to open than to read. */
  private static final long SMALL_BYTES = 1 << 20;

  private final String option;

  Profile(String option) {
    this.option = option;
  }

  /** What it is called behind {@code -o mode=}. */
  public String option() {
    return option;
  }

  /**
   * The better one of a data set.
   *
   * @param totals of the data set, if they are known
   * @param memoryBytes that are free or easily so
   */
  public static Profile of(Optional<Totals> totals, long memoryBytes) {
    return totals
        .filter(t -> t.files() > 0 && t.bytes() / t.files() < SMALL_BYTES)
        .filter(t -> 2 * t.bytes() < memoryBytes)
        .map(t -> PAGE_CACHE)
        .orElse(PASSTHROUGH);
  }
}

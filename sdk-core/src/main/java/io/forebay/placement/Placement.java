package io.forebay.placement;

import io.forebay.file.FileId;
import java.util.List;

/**
 * Where the members of one view keep files: whole, but files that are larger than an extent by
 * extents, which are placed as if each were a file. Immutable.
 */
public final class Placement {

  /** Length of all extents of a file but its last one. */
  public static final long EXTENT_BYTES = 256L << 20;

  private final View view;
  private final Rendezvous ranking;

  private Placement(View view) {
    this.view = view;
    this.ranking = new Rendezvous(view.members().stream().filter(m -> m.state().owns()).toList());
  }

  public static Placement of(View view) {
    return new Placement(view);
  }

  public View view() {
    return view;
  }

  /** The extent that has an offset of a file, from 0. */
  public static int extent(long offset) {
    return Math.toIntExact(offset / EXTENT_BYTES);
  }

  /** Where the extent of an offset ends, in a file of that size. */
  public static long extentEnd(long offset, long size) {
    return Math.min(size, (offset / EXTENT_BYTES + 1) * EXTENT_BYTES);
  }

  /**
   * The members that are to have an extent, best first, or all where there are fewer. Where there
   * are zones they are in different ones, as far as there are enough.
   *
   * @param replicas how many; one more names who takes over when an owner fails
   */
  public List<Member> owners(FileId file, int extent, int replicas) {
    return ranking.first(key(file, extent), replicas);
  }

  /** All members that own anything, the best for an extent first. */
  public List<Member> rank(FileId file, int extent) {
    return ranking.rank(key(file, extent));
  }

  /** Whether a member is one of the {@link #owners}. */
  public boolean owns(String member, FileId file, int extent, int replicas) {
    return owners(file, extent, replicas).stream().anyMatch(m -> m.name().equals(member));
  }

  private static FileId key(FileId file, int extent) {
    return extent == 0 ? file : new FileId(file.high(), Hash.mix(file.low() + extent));
  }
}

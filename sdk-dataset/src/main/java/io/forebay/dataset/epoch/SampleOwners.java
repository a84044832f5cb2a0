package io.forebay.dataset.epoch;

/** Tells on whose node samples lie. */
@FunctionalInterface
public interface SampleOwners {

  /** Nobody's, or that of a node without a rank. */
  int NOBODY = -1;

  /** The rank, from 0, or {@link #NOBODY}. */
  int rankOf(long sample);
}

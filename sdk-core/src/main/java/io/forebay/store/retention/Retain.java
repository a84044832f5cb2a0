package io.forebay.store.retention;

import io.forebay.store.plan.Plans;

/** How a data set's files are kept when the cache is full; what an operator may declare. */
public enum Retain {
  /** Finds out by looking at the reads. */
  AUTO,
  /** For epochs: what is there stays, newcomers pass by. */
  KEEP,
  /** For all other access: Caffeine's W-TinyLFU. */
  FREQUENCY;

  /**
   * @param capacityBytes what the cache can hold in all
   * @param plans what jobs announce, which comes before all else
   */
  public Retention start(long capacityBytes, Plans plans) {
    return new Planned(
        switch (this) {
          case AUTO -> new Detecting(capacityBytes);
          case KEEP -> new Keep();
          case FREQUENCY -> new Frequency(capacityBytes);
        },
        plans);
  }
}

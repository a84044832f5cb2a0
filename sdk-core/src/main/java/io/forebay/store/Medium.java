package io.forebay.store;

/** What a tier is made of, fastest first. MEM is a tmpfs, so that all tiers share one code path. */
public enum Medium {
  MEM,
  SSD,
  HDD
}

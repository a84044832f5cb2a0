package io.forebay.fill;

import io.forebay.limit.MemoryBudget;

/** The memory of blocks on their way, shared by all data sets of a node. Thread-safe. */
public final class FillMemory {

  private final MemoryBudget demand;
  private final MemoryBudget ahead;

  public FillMemory(FillOptions options, int blockBytes) {
    demand = new MemoryBudget(options.memoryBytes() / 4 * 3, blockBytes);
    ahead = new MemoryBudget(options.memoryBytes() / 4, blockBytes);
  }

  MemoryBudget demand() {
    return demand;
  }

  MemoryBudget ahead() {
    return ahead;
  }

  /** Bytes that are held at present. */
  public long taken() {
    return demand.taken() + ahead.taken();
  }
}

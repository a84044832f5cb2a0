package io.forebay.fill;

import io.forebay.config.DataSize;
import io.forebay.limit.MemoryBudget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The memory of blocks on their way, shared by all data sets of a node. Thread-safe. */
public final class FillMemory {

  private static final Logger log = LoggerFactory.getLogger(FillMemory.class);

  private final MemoryBudget demand;
  private final MemoryBudget ahead;
  private final BypassBuffer bypass;

  public FillMemory(FillOptions wanted, int blockBytes) {
    long heap = Runtime.getRuntime().maxMemory();
    FillOptions options = wanted.within(heap);
    if (!options.equals(wanted)) {
      log.warn(
          "fill.memory is {}, but the heap is {}: using {}; to use more, give the JVM a"
              + " larger heap (-Xmx)",
          new DataSize(wanted.memoryBytes()),
          new DataSize(heap),
          new DataSize(options.memoryBytes()));
    }
    long demandBytes = options.memoryBytes() / 4 * 3;
    demand = new MemoryBudget(demandBytes, blockBytes);
    bypass = new BypassBuffer(demandBytes / 2); // of it: so the rest is enough to go on with
    ahead = new MemoryBudget(options.memoryBytes() / 4, blockBytes);
  }

  MemoryBudget demand() {
    return demand;
  }

  MemoryBudget ahead() {
    return ahead;
  }

  /** What passes by the store is held in the memory of {@link #demand}. */
  BypassBuffer bypass() {
    return bypass;
  }

  /** Bytes that are held at present. */
  public long taken() {
    return demand.taken() + ahead.taken();
  }
}

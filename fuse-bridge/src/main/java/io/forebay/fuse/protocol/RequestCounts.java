package io.forebay.fuse.protocol;

import java.util.concurrent.atomic.LongAdder;

/** How many requests of each {@link Opcode} the kernel sent to this process. Thread-safe. */
public final class RequestCounts {

  private static final int OPCODES = 64;

  private final LongAdder[] requests = new LongAdder[OPCODES];

  public RequestCounts() {
    for (int i = 0; i < OPCODES; i++) {
      requests[i] = new LongAdder();
    }
  }

  void add(int opcode) {
    requests[opcode & (OPCODES - 1)].increment();
  }

  public long of(int opcode) {
    return requests[opcode & (OPCODES - 1)].sum();
  }
}

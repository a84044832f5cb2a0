package io.forebay.fuse.protocol;

import static io.forebay.fuse.protocol.Libc.CAPTURED;
import static io.forebay.fuse.protocol.Libc.checked;
import static io.forebay.fuse.protocol.Libc.function;
import static io.forebay.fuse.protocol.Libc.impossible;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system call that says how a thread gets its turn; few mounts need it, and none to start. As
 * in {@link Libc}.
 */
final class Scheduling {

  private static final int SCHED_OTHER = 0;
  private static final int SCHED_BATCH = 3;

  /** Threads that this one starts are scheduled as usual. */
  private static final int SCHED_RESET_ON_FORK = 0x40000000;

  private static final MethodHandle SCHED_SETSCHEDULER =
      function(
          "sched_setscheduler", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), -1);

  private Scheduling() {}

  /**
   * Whether the calling thread, when it wakes up, waits for its turn instead of taking a processor
   * from another thread: {@code SCHED_BATCH} of sched(7). Its share of the processors is the same.
   */
  static int waitForTurn(boolean wait) {
    int policy = (wait ? SCHED_BATCH : SCHED_OTHER) | SCHED_RESET_ON_FORK;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment priority = arena.allocate(JAVA_INT); // 0: there are none in these classes
      return checked((int) SCHED_SETSCHEDULER.invokeExact(captured, 0, policy, priority), captured);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }
}

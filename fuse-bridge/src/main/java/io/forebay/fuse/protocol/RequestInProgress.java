package io.forebay.fuse.protocol;

import java.util.Set;

/**
 * The request that one thread is answering, as the others see it. Begun and ended by that thread;
 * the rest is thread-safe.
 */
final class RequestInProgress {

  /** What another process does again where this one ended. */
  private static final Set<Integer> REPEATABLE =
      Set.of(
          Opcode.LOOKUP,
          Opcode.GETATTR,
          Opcode.OPEN,
          Opcode.READ,
          Opcode.STATFS,
          Opcode.READDIR,
          Opcode.READDIRPLUS);

  private long unique;
  private int opcode;
  private int thread;
  private boolean interrupted;

  synchronized void begin(Request request) {
    unique = request.unique();
    opcode = request.opcode();
    thread = request.thread();
    interrupted = false;
  }

  synchronized void end() {
    unique = 0;
  }

  /** Its caller got a signal. The kernel says so once, for the first of them. */
  synchronized void interrupt(long which) {
    interrupted |= unique == which;
  }

  /**
   * The request, if nobody will hear its answer: its caller is about to die, and only waits for it.
   * Others are not disturbed, for programs do not expect of files that a signal ends a read.
   *
   * @return 0 for none
   */
  synchronized long abandoned() {
    if (unique == 0 || !interrupted || !canBeAbandoned() || !new Caller(thread).isDying()) {
      return 0;
    }
    interrupted = false;
    return unique;
  }

  /** Whether a request is being answered that another process could not answer again. */
  synchronized boolean mustBeAnswered() {
    return unique != 0 && !REPEATABLE.contains(opcode);
  }

  /** What changes something is waited for, so that what it did is known. */
  private boolean canBeAbandoned() {
    return opcode == Opcode.READ || opcode == Opcode.LOOKUP || opcode == Opcode.OPEN;
  }
}

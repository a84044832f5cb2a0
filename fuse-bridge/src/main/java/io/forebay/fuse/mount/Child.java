package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.Processes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that a {@link Keeper} has started: it gets ready, and waits at its standard input until
 * it is told to serve ({@link Call}). The end of that input, which comes with the keeper's end,
 * too, is its own. Thread-safe.
 */
final class Child implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Child.class);

  private final int pid;
  private final int input;

  // Guarded by this.
  private boolean inputOpen = true;
  private boolean serves;

  private Child(int pid, int input) {
    this.pid = pid;
    this.input = input;
  }

  /** Starts one; when that is not possible it counts as one that has ended. */
  static Child start(List<String> command) throws IOException {
    Processes.Pipe pipe = Processes.pipe();
    int pid = Processes.spawn(command, Optional.of(pipe));
    Libc.close(pipe.readEnd());
    if (pid < 0) {
      log.warn("{} cannot be started (error {})", command.get(0), -pid);
    }
    return new Child(pid, pipe.writeEnd());
  }

  /** Has it serve. One that has ended meanwhile is noticed by {@link #await()}. */
  synchronized void serve() {
    Processes.write(input, "\n");
    serves = true;
    endInput();
  }

  private synchronized void endInput() {
    if (inputOpen) {
      inputOpen = false;
      Libc.close(input);
    }
  }

  /**
   * Waits for its end.
   *
   * @return its exit status, or the negated number of the signal that ended it
   */
  int await() {
    return pid < 0 ? 1 : Processes.waitFor(pid);
  }

  /** Ends it at once, unless it serves. */
  @Override
  public synchronized void close() {
    if (!serves) {
      endInput();
      ProcessHandle.of(pid)
          .filter(child -> child.parent().equals(Optional.of(ProcessHandle.current())))
          .ifPresent(ProcessHandle::destroy);
      await();
    }
  }
}

package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** Two seconds, so that readers have their answer within the patience that clients have. */
  private static final int LOOKS = 20;

  private static final long LOOK_MILLIS = 100;

  private final int pid;
  private final int input;

  // Guarded by this.
  private boolean inputOpen = true;
  private boolean serves;

  private Child(int pid, int input) {
    this.pid = pid;
    this.input = input;
  }

  /**
   * Starts one; when that is not possible it counts as one that has ended.
   *
   * @param first what it reads before it is told to serve; less than the 64 KiB of a pipe
   */
  static Child start(List<String> command, String first) throws IOException {
    Processes.Pipe pipe = Processes.pipe();
    int pid = Processes.spawn(command, Optional.of(pipe));
    if (pid < 0) {
      log.warn("{} cannot be started (error {})", command.get(0), -pid);
    }
    // This end is closed afterwards: if the child has ended already, a write would be an error, and
    // with nobody's end open a signal.
    Processes.write(pipe.writeEnd(), first + "\n");
    Libc.close(pipe.readEnd());
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
   * Waits for its end. One that was stopped by a signal blocks all who read in the mount, so unless
   * it goes on soon it is ended.
   *
   * @return its exit status, or the negated number of the signal that ended it
   */
  int await() {
    return pid < 0 ? 1 : Processes.waitFor(pid, this::endUnlessItGoesOn);
  }

  /**
   * Counts looks and no time: where this process was stopped as well, or the whole machine, the
   * child may go on a moment later. A busy child is never taken for a stopped one.
   */
  private void endUnlessItGoesOn() {
    try {
      for (int look = 0; look < LOOKS; look++) {
        if (!isStopped()) {
          return;
        }
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    log.warn("process {} was stopped and does not go on; it is ended", pid);
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  private boolean isStopped() {
    try {
      return Files.readAllLines(Path.of("/proc", Integer.toString(pid), "status")).stream()
          .anyMatch(line -> line.startsWith("State:\tT"));
    } catch (IOException e) {
      return false;
    }
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

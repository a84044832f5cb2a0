package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.Processes;
import io.forebay.fuse.protocol.Sockets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that a {@link Keeper} has started: it gets ready, and follows the {@link
 * KeeperCommand}s that come at its standard input. The end of that input, which comes with the
 * keeper's end, too, is its own, unless it serves. Thread-safe.
 */
final class Child implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Child.class);

  /** Two seconds, so that readers have their answer within the patience that clients have. */
  private static final int LOOKS = 20;

  private static final long LOOK_MILLIS = 100;

  private final int pid;
  private final int socket;
  private final Thread listener;
  private final Consumer<MountReport> listening;

  // Guarded by this.
  private boolean serves;
  private boolean closed;

  private Child(int pid, int socket, Consumer<MountReport> listening) {
    this.pid = pid;
    this.socket = socket;
    this.listening = listening;
    this.listener = Thread.ofPlatform().daemon().name("forebay-reports").unstarted(this::listen);
  }

  /**
   * Starts one; when that is not possible it counts as one that has ended.
   *
   * @param input its first order
   * @param kept a descriptor that it has as long as it lives
   * @param reports takes what it reports when it serves, on a thread of its own
   */
  static Child start(List<String> command, String input, int kept, Consumer<MountReport> reports)
      throws IOException {
    Sockets.Pair sockets = Sockets.messagePair();
    int pid = Processes.spawn(command, Optional.of(sockets.other()), Optional.of(kept));
    if (pid < 0) {
      log.warn("cannot start {} (error {})", command.get(0), -pid);
    }
    Child child = new Child(pid, sockets.own(), reports);
    child.send(new KeeperCommand.Prepare(input));
    Libc.close(sockets.other());
    return child;
  }

  /** That one has ended meanwhile is noticed by {@link #await()}. */
  synchronized void send(KeeperCommand order) {
    if (!closed && !KeeperCommand.send(socket, order)) {
      log.debug("process {} reads no commands any more", pid);
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly); // it may be stopped
    }
  }

  /**
   * Has it serve.
   *
   * @param held whether the mounts outlive it and this process
   */
  synchronized void serve(boolean held) {
    send(new KeeperCommand.Serve(held));
    serves = true;
    listener.start();
  }

  private void listen() {
    for (Optional<MountReport> report = MountReport.receive(socket);
        report.isPresent();
        report = MountReport.receive(socket)) {
      listening.accept(report.get());
    }
  }

  /**
   * Waits for its end, and until all that it reported was taken. One that was stopped by a signal
   * blocks all who read in its mounts, so unless it goes on soon it is ended.
   *
   * @return its exit status, or the negated number of the signal that ended it
   */
  int await() throws InterruptedException {
    int status = pid < 0 ? 1 : Processes.waitFor(pid, this::endUnlessItGoesOn);
    listener.join(); // at once, where it never served
    release();
    return status;
  }

  private synchronized void release() {
    if (!closed) {
      closed = true;
      Libc.close(socket);
    }
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
    log.warn("process {} is stopped and does not continue; killing it", pid);
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

  /** Asks it to end. */
  void end() {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
  }

  /** Ends it at once, unless it serves. */
  @Override
  public void close() {
    synchronized (this) {
      if (serves) {
        return;
      }
    }
    release();
    ProcessHandle.of(pid)
        .filter(child -> child.parent().equals(Optional.of(ProcessHandle.current())))
        .ifPresent(ProcessHandle::destroy);
    if (pid >= 0) {
      Processes.waitFor(pid);
    }
  }
}

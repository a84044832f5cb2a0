package io.forebay.fuse.protocol;

import static io.forebay.fuse.protocol.Libc.CAPTURED;
import static io.forebay.fuse.protocol.Libc.LINKER;
import static io.forebay.fuse.protocol.Libc.checked;
import static io.forebay.fuse.protocol.Libc.function;
import static io.forebay.fuse.protocol.Libc.impossible;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The system calls that start processes which are given descriptors. As in {@link Libc}. */
@SuppressWarnings("restricted") // native functions are what it is for
public final class Processes {

  /** More than any C library's posix_spawn_file_actions_t. */
  private static final long FILE_ACTIONS_BYTES = 256;

  // fcntl(2)
  private static final int F_SETFD = 2;
  private static final int FD_CLOEXEC = 1;

  private static final File DESCRIPTORS = new File("/proc/self/fd");

  // waitpid(2)
  private static final int WUNTRACED = 2;
  private static final int STOPPED = 0x7f;

  private static final MethodHandle PIPE =
      function("pipe", FunctionDescriptor.of(JAVA_INT, ADDRESS), -1);
  private static final MethodHandle SPAWN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("posix_spawnp"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  private static final MethodHandle ACTIONS_INIT =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("posix_spawn_file_actions_init"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle ACTIONS_DESTROY =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("posix_spawn_file_actions_destroy"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle ACTIONS_DUP2 =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("posix_spawn_file_actions_adddup2"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle FCNTL =
      function("fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), 2);
  private static final MethodHandle WAITPID =
      function("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), -1);

  private static final MethodHandle DUP2 =
      function("dup2", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), -1);
  private static final Path NOWHERE = Path.of("/dev/null");

  private Processes() {}

  /** A pipe. */
  public record Pipe(int readEnd, int writeEnd) {}

  /**
   * @throws IOException when there are too many descriptors
   */
  public static Pipe pipe() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      Libc.require("a pipe", checked((int) PIPE.invokeExact(captured, ends), captured));
      return new Pipe(ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1));
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Writes a few bytes. */
  public static int write(int fd, String text) {
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return Libc.write(fd, arena.allocateFrom(JAVA_BYTE, bytes), bytes.length);
    }
  }

  /**
   * What this process prints is lost from now on, and so it is with those that it starts.
   *
   * @return 0, or the negated error number
   */
  public static int printNothing() {
    int nowhere = Libc.open(NOWHERE, Libc.O_RDWR | Libc.O_CLOEXEC);
    int result = nowhere;
    try {
      MemorySegment captured = CAPTURED.get();
      for (int printed = 1; printed <= 2 && result >= 0; printed++) {
        result = checked((int) DUP2.invokeExact(captured, nowhere, printed), captured);
      }
      return Math.min(0, result);
    } catch (Throwable e) {
      throw impossible(e);
    } finally {
      Libc.close(nowhere);
    }
  }

  /** The descriptor that a started process has beside the standard ones. */
  public static final int KEPT = 3;

  /**
   * Starts a process, which inherits the environment and the standard descriptors, but no others.
   *
   * @param command the first is looked for in the PATH
   * @param input becomes its standard input
   * @param kept becomes its descriptor {@link #KEPT}
   * @return its number; the negated error number otherwise
   */
  public static int spawn(List<String> command, Optional<Integer> input, Optional<Integer> kept) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(ADDRESS, command.size() + 1L); // the last is NULL
      for (int i = 0; i < command.size(); i++) {
        arguments.setAtIndex(ADDRESS, i, arena.allocateFrom(command.get(i)));
      }
      MemorySegment environment =
          LINKER
              .defaultLookup()
              .findOrThrow("environ")
              .reinterpret(ADDRESS.byteSize())
              .get(ADDRESS, 0);
      MemorySegment fileActions = arena.allocate(FILE_ACTIONS_BYTES, Long.BYTES);
      int result = (int) ACTIONS_INIT.invokeExact(fileActions);
      if (result == 0 && input.isPresent()) {
        result = (int) ACTIONS_DUP2.invokeExact(fileActions, (int) input.get(), 0);
      }
      if (result == 0 && kept.isPresent()) {
        result = (int) ACTIONS_DUP2.invokeExact(fileActions, (int) kept.get(), KEPT);
      }
      if (result != 0) {
        return -result;
      }
      MemorySegment pid = arena.allocate(JAVA_INT);
      closeOthersOnExec();
      result =
          (int)
              SPAWN.invokeExact(
                  pid,
                  arena.allocateFrom(command.get(0)),
                  fileActions,
                  MemorySegment.NULL,
                  arguments,
                  environment);
      int freed = (int) ACTIONS_DESTROY.invokeExact(fileActions);
      return result == 0 && freed == 0 ? pid.get(JAVA_INT, 0) : -result;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Those of Java's own, which it closes only in processes that it starts itself. */
  private static void closeOthersOnExec() throws Throwable {
    MemorySegment captured = CAPTURED.get();
    for (String fd : DESCRIPTORS.list()) {
      int number = Integer.parseInt(fd);
      if (number >= KEPT) {
        int set = (int) FCNTL.invokeExact(captured, number, F_SETFD, FD_CLOEXEC);
        assert set <= 0; // it may be closed by now
      }
    }
  }

  /**
   * Waits for the end of a process that this one started.
   *
   * @param whenStopped called each time that a signal stopped it, so that it does nothing more
   *     until another one has it go on
   * @return its exit status, or the negated number of the signal that ended it, or of the error
   */
  public static int waitFor(int pid, Runnable whenStopped) {
    while (true) {
      int state = changedState(pid);
      if (state >= 0 && (state & 0xff) == STOPPED) {
        whenStopped.run();
      } else if (state != -Errno.EINTR) {
        return exitStatus(state);
      }
    }
  }

  /** As {@link #waitFor(int, Runnable)}, also while it is stopped. */
  public static int waitFor(int pid) {
    return waitFor(pid, () -> {});
  }

  /** Of waitpid(2); the negated error number when it is no child of this process. */
  private static int changedState(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment state = arena.allocate(JAVA_INT);
      int result = checked((int) WAITPID.invokeExact(captured, pid, state, WUNTRACED), captured);
      return result < 0 ? result : state.get(JAVA_INT, 0);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static int exitStatus(int state) {
    if (state < 0) {
      return state; // nothing is known of its end
    }
    int signal = state & 0x7f;
    return signal == 0 ? state >>> 8 & 0xff : -signal;
  }
}

package io.forebay.fuse.protocol;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The system calls of a FUSE server. Each returns what the C function does, or the negated error
 * number where that is -1. Thread-safe.
 */
@SuppressWarnings("restricted") // native functions are what it is for
public final class Libc {

  public static final int O_RDONLY = 0;
  public static final int O_RDWR = 2;
  public static final int O_CLOEXEC = 0x80000;

  public static final long MS_RDONLY = 1;
  public static final long MS_NOSUID = 2;
  public static final long MS_NODEV = 4;

  /** Away from the tree at once, gone when the last user is. */
  public static final int MNT_DETACH = 2;

  /** More than any C library's posix_spawn_file_actions_t. */
  private static final long FILE_ACTIONS_BYTES = 256;

  private static final int MFD_CLOEXEC = 1;
  private static final int PUNCH_HOLE_KEEP_SIZE = 3;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /** One for each thread, for its life: no call allocates. */
  private static final ThreadLocal<MemorySegment> CAPTURED =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private static final MethodHandle OPEN =
      function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 2);
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), -1);
  private static final MethodHandle READ =
      function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), -1);
  private static final MethodHandle WRITE =
      function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), -1);
  private static final MethodHandle IOCTL =
      function("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
  private static final MethodHandle MOUNT =
      function(
          "mount",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS),
          -1);
  private static final MethodHandle UMOUNT =
      function("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), -1);
  private static final MethodHandle MEMFD_CREATE =
      function("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), -1);
  private static final MethodHandle FALLOCATE =
      function(
          "fallocate",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
          -1);
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
  private static final MethodHandle ACTIONS_CLOSE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("posix_spawn_file_actions_addclose"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle WAITPID =
      function("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), -1);
  private static final MethodHandle GETUID =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("getuid"), FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle GETGID =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("getgid"), FunctionDescriptor.of(JAVA_INT));

  private Libc() {}

  /**
   * @param firstVariadic index of the first variable argument; negative for none
   */
  private static MethodHandle function(
      String name, FunctionDescriptor descriptor, int firstVariadic) {
    Linker.Option errno = Linker.Option.captureCallState("errno");
    MemorySegment address = LINKER.defaultLookup().findOrThrow(name);
    return firstVariadic < 0
        ? LINKER.downcallHandle(address, descriptor, errno)
        : LINKER.downcallHandle(
            address, descriptor, errno, Linker.Option.firstVariadicArg(firstVariadic));
  }

  private static int checked(int result, MemorySegment captured) {
    return result < 0 ? -(int) ERRNO.get(captured, 0L) : result;
  }

  public static int open(Path path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      return checked(
          (int) OPEN.invokeExact(captured, arena.allocateFrom(path.toString()), flags), captured);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  public static int close(int fd) {
    try {
      MemorySegment captured = CAPTURED.get();
      return checked((int) CLOSE.invokeExact(captured, fd), captured);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static int read(int fd, MemorySegment target, long length) {
    try {
      MemorySegment captured = CAPTURED.get();
      return checked((int) (long) READ.invokeExact(captured, fd, target, length), captured);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static int write(int fd, MemorySegment source, long length) {
    try {
      MemorySegment captured = CAPTURED.get();
      return checked((int) (long) WRITE.invokeExact(captured, fd, source, length), captured);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static int ioctl(int fd, long request, MemorySegment argument) {
    try {
      MemorySegment captured = CAPTURED.get();
      return checked((int) IOCTL.invokeExact(captured, fd, request, argument), captured);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  public static int mount(String source, Path target, String type, long flags, String data) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      return checked(
          (int)
              MOUNT.invokeExact(
                  captured,
                  arena.allocateFrom(source),
                  arena.allocateFrom(target.toString()),
                  arena.allocateFrom(type),
                  flags,
                  arena.allocateFrom(data)),
          captured);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  public static int umount(Path target, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      return checked(
          (int) UMOUNT.invokeExact(captured, arena.allocateFrom(target.toString()), flags),
          captured);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A file in memory, without a name in any directory. */
  public static int memfd(String name, boolean closeOnExec) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      return checked(
          (int)
              MEMFD_CREATE.invokeExact(
                  captured, arena.allocateFrom(name), closeOnExec ? MFD_CLOEXEC : 0),
          captured);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Gives a part of a file back; it reads as zeros. */
  public static int punchHole(int fd, long offset, long length) {
    try {
      MemorySegment captured = CAPTURED.get();
      return checked(
          (int) FALLOCATE.invokeExact(captured, fd, PUNCH_HOLE_KEEP_SIZE, offset, length),
          captured);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  public static int getuid() {
    try {
      return (int) GETUID.invokeExact();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  public static int getgid() {
    try {
      return (int) GETGID.invokeExact();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Both ends are inherited by processes that this one starts. */
  public record Pipe(int readEnd, int writeEnd) {}

  /**
   * @throws IOException when there are too many descriptors
   */
  public static Pipe pipe() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      require("a pipe", checked((int) PIPE.invokeExact(captured, ends), captured));
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
      return write(fd, arena.allocateFrom(JAVA_BYTE, bytes), bytes.length);
    }
  }

  /**
   * Starts a process, which inherits the environment and all descriptors that are not closed on
   * exec; {@link ProcessBuilder} would close them.
   *
   * @param command the first is looked for in the PATH
   * @param input what it reads as its standard input, without having the other end itself
   * @return its number; the negated error number otherwise
   */
  public static int spawn(List<String> command, Optional<Pipe> input) {
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
        result = (int) ACTIONS_DUP2.invokeExact(fileActions, input.get().readEnd(), 0);
      }
      if (result == 0 && input.isPresent()) {
        result = (int) ACTIONS_CLOSE.invokeExact(fileActions, input.get().writeEnd());
      }
      if (result != 0) {
        return -result;
      }
      MemorySegment pid = arena.allocate(JAVA_INT);
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

  /**
   * Waits for the end of a process that this one started.
   *
   * @return its exit status, or the negated number of the signal that ended it
   */
  public static int waitFor(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment status = arena.allocate(JAVA_INT);
      int result;
      do {
        result = checked((int) WAITPID.invokeExact(captured, pid, status, 0), captured);
      } while (result == -Errno.EINTR);
      int ended = status.get(JAVA_INT, 0);
      int signal = ended & 0x7f;
      return signal == 0 ? ended >>> 8 & 0xff : -signal;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * @param result of one of these calls
   * @throws IOException when it failed
   */
  public static int require(String what, int result) throws IOException {
    if (result < 0) {
      throw new IOException(what + ": error " + -result);
    }
    return result;
  }

  private static IllegalStateException impossible(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a system call was linked wrongly", e);
  }
}

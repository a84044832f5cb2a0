package io.forebay.fuse.protocol;

import static java.lang.foreign.ValueLayout.ADDRESS;
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
import java.nio.file.Path;

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

package io.forebay.fuse.protocol;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

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
 * The system calls that serve a mount; linking each takes time, so others are elsewhere. Each
 * returns what the C function does, or the negated error number where that is -1. Thread-safe.
 */
@SuppressWarnings("restricted") // native functions are what it is for
public final class Libc {

  public static final int O_RDONLY = 0;
  public static final int O_RDWR = 2;
  public static final int O_CLOEXEC = 0x80000;

  /** The working directory, to which whole paths have no relation. */
  static final int AT_FDCWD = -100;

  private static final int POLLFD_BYTES = 8;
  private static final short POLLIN = 1;
  private static final int MFD_CLOEXEC = 1;
  private static final int PUNCH_HOLE_KEEP_SIZE = 3;

  static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /** One for each thread, for its life: no call allocates. */
  static final ThreadLocal<MemorySegment> CAPTURED =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private static final MethodHandle OPEN =
      function("openat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), 3);
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), -1);
  private static final MethodHandle READ =
      function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), -1);
  private static final MethodHandle WRITE =
      function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), -1);
  private static final MethodHandle IOCTL =
      function("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
  private static final MethodHandle POLL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("poll"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle MEMFD_CREATE =
      function("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), -1);
  private static final MethodHandle FALLOCATE =
      function(
          "fallocate",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
          -1);

  private static final MethodHandle CALLOC =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("calloc"),
          FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle FREE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("free"), FunctionDescriptor.ofVoid(ADDRESS));

  private Libc() {}

  /** Has all of them linked when it returns. */
  public static void link() {
    close(-1);
  }

  /**
   * @param firstVariadic index of the first variable argument; negative for none
   */
  static MethodHandle function(String name, FunctionDescriptor descriptor, int firstVariadic) {
    Linker.Option errno = Linker.Option.captureCallState("errno");
    MemorySegment address = LINKER.defaultLookup().findOrThrow(name);
    return firstVariadic < 0
        ? LINKER.downcallHandle(address, descriptor, errno)
        : LINKER.downcallHandle(
            address, descriptor, errno, Linker.Option.firstVariadicArg(firstVariadic));
  }

  static int checked(int result, MemorySegment captured) {
    return result < 0 ? -(int) ERRNO.get(captured, 0L) : result;
  }

  public static int open(Path path, int flags) {
    return openAt(AT_FDCWD, path, flags);
  }

  static int openAt(int directory, Path path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment name = arena.allocateFrom(path.toString());
      return checked((int) OPEN.invokeExact(captured, directory, name, flags), captured);
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

  /**
   * Reads until the target is full, or the file is at its end.
   *
   * @return bytes
   */
  public static int readFully(int fd, MemorySegment target) {
    long have = 0;
    while (have < target.byteSize()) {
      int n = read(fd, target.asSlice(have), target.byteSize() - have);
      if (n <= 0) {
        return n < 0 ? n : (int) have;
      }
      have += n;
    }
    return (int) have;
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

  /** What {@link #hasInput} needs to know of a descriptor: {@code struct pollfd}. */
  static MemorySegment pollOf(int fd) {
    MemorySegment which = Arena.ofAuto().allocate(POLLFD_BYTES, Integer.BYTES);
    which.set(JAVA_INT, 0, fd);
    which.set(JAVA_SHORT, 4, POLLIN);
    return which;
  }

  /** Whether a descriptor can be read, or is at its end. Returns at once, and allocates nothing. */
  static boolean hasInput(MemorySegment which) {
    try {
      return (int) POLL.invokeExact(which, 1L, 0) != 0;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Memory of which only what is written takes room: an arena's own would be filled with zeros.
   *
   * @param arena frees it
   * @param bytes enough for the C library to ask the kernel, from 128 KiB
   */
  static MemorySegment sparse(Arena arena, long bytes) {
    try {
      MemorySegment memory = (MemorySegment) CALLOC.invokeExact(1L, bytes);
      if (memory.equals(MemorySegment.NULL)) {
        throw new OutOfMemoryError("a buffer of " + bytes + " bytes");
      }
      return memory.reinterpret(bytes, arena, Libc::free);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static void free(MemorySegment memory) {
    try {
      FREE.invokeExact(memory);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A file in memory, without a name in any directory. */
  public static int memfd(String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      return checked(
          (int) MEMFD_CREATE.invokeExact(captured, arena.allocateFrom(name), MFD_CLOEXEC),
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

  static IllegalStateException impossible(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a system call was linked wrongly", e);
  }
}

package io.forebay.fuse.protocol;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory mounted once more, at no place in the tree, without access times. What is opened
 * through it is the same file; but reads of it, also those that the kernel makes for a FUSE file,
 * neither look at its access time nor write it to the disk. Thread-safe.
 */
public final class DetachedMount implements AutoCloseable {

  // linux/mount.h and asm-generic/unistd.h; the numbers are the same on all architectures.
  private static final long OPEN_TREE = 428;
  private static final long MOUNT_SETATTR = 442;
  private static final long OPEN_TREE_CLONE = 1;
  private static final long MOUNT_ATTR_NOATIME = 0x10;
  private static final long MOUNT_ATTR_ATIME = 0x70;
  private static final long AT_EMPTY_PATH = 0x1000;
  private static final int MOUNT_ATTR_BYTES = 32;

  private static final MethodHandle SYSCALL =
      Libc.function(
          "syscall",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          1);

  private final int fd;

  private DetachedMount(int fd) {
    this.fd = fd;
  }

  /**
   * Mounts a directory.
   *
   * @return empty where this process may not mount, or the kernel is older than 5.12
   */
  public static Optional<DetachedMount> of(Path directory) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(directory.toString());
      int fd =
          call(OPEN_TREE, Libc.AT_FDCWD, path.address(), OPEN_TREE_CLONE | Libc.O_CLOEXEC, 0, 0);
      if (fd < 0) {
        return Optional.empty();
      }
      MemorySegment attributes = arena.allocate(MOUNT_ATTR_BYTES, Long.BYTES);
      attributes.set(JAVA_LONG, 0, MOUNT_ATTR_NOATIME);
      attributes.set(JAVA_LONG, 8, MOUNT_ATTR_ATIME); // cleared first
      MemorySegment itself = arena.allocateFrom("");
      int set =
          call(
              MOUNT_SETATTR,
              fd,
              itself.address(),
              AT_EMPTY_PATH,
              attributes.address(),
              MOUNT_ATTR_BYTES);
      if (set < 0) {
        Libc.close(fd);
        return Optional.empty();
      }
      return Optional.of(new DetachedMount(fd));
    }
  }

  private static int call(long number, long a, long b, long c, long d, long e) {
    try {
      MemorySegment captured = Libc.CAPTURED.get();
      return Libc.checked(
          (int) (long) SYSCALL.invokeExact(captured, number, a, b, c, d, e), captured);
    } catch (Throwable failure) {
      throw Libc.impossible(failure);
    }
  }

  /**
   * Opens a file below the directory.
   *
   * @return a descriptor; the negated error number otherwise
   */
  public int open(Path relative, int flags) {
    return Libc.openAt(fd, relative, flags);
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}

package io.forebay.fuse.protocol;

import static io.forebay.fuse.protocol.Libc.CAPTURED;
import static io.forebay.fuse.protocol.Libc.checked;
import static io.forebay.fuse.protocol.Libc.function;
import static io.forebay.fuse.protocol.Libc.impossible;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The system calls that mount and unmount. As in {@link Libc}. */
public final class MountCalls {

  public static final long MS_RDONLY = 1;
  public static final long MS_NOSUID = 2;
  public static final long MS_NODEV = 4;

  public static final long MS_REMOUNT = 32;

  /** The same tree at a second place. */
  public static final long MS_BIND = 4096;

  /** What is mounted in it is seen nowhere else. */
  public static final long MS_PRIVATE = 1 << 18;

  /** Away from the tree at once, gone when the last user is. */
  public static final int MNT_DETACH = 2;

  /** A symbolic link is not followed to the mount of somebody else. */
  public static final int UMOUNT_NOFOLLOW = 8;

  private static final MethodHandle MOUNT =
      function(
          "mount",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS),
          -1);
  private static final MethodHandle UMOUNT =
      function("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), -1);

  private MountCalls() {}

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
}

package io.forebay.fuse.protocol;

import static io.forebay.fuse.protocol.Libc.CAPTURED;
import static io.forebay.fuse.protocol.Libc.checked;
import static io.forebay.fuse.protocol.Libc.function;
import static io.forebay.fuse.protocol.Libc.impossible;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls by which another process hands a descriptor over, unix(7). As in {@link Libc}.
 */
public final class Sockets {

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;

  /**
   * {@code struct msghdr} of 64-bit machines: name, iovec and control with their lengths, flags.
   */
  private static final int MSGHDR_BYTES = 56;

  /** {@code struct cmsghdr}: length (u64), level, type; then one descriptor, padded. */
  private static final int CONTROL_BYTES = 24;

  private static final MethodHandle SOCKETPAIR =
      function(
          "socketpair", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), -1);
  private static final MethodHandle RECVMSG =
      function("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT), -1);

  private Sockets() {}

  /** Both ends are inherited by processes that this one starts. */
  public record Pair(int own, int other) {}

  /**
   * @throws IOException when there are too many descriptors
   */
  public static Pair pair() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      Libc.require(
          "a pair of sockets",
          checked((int) SOCKETPAIR.invokeExact(captured, AF_UNIX, SOCK_STREAM, 0, ends), captured));
      return new Pair(ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1));
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Takes a descriptor that comes with one byte; waits for it, or for the other end to be closed.
   *
   * @param inherited whether processes that this one starts have it, too
   * @return the descriptor; the negated error number otherwise, ENODATA when none came
   */
  public static int receive(int socket, boolean inherited) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment bytes = arena.allocate(Long.BYTES);
      MemorySegment vector = arena.allocate(2L * Long.BYTES, Long.BYTES);
      vector.set(ADDRESS, 0, bytes);
      vector.set(JAVA_LONG, 8, 1);
      MemorySegment control = arena.allocate(CONTROL_BYTES, Long.BYTES);
      MemorySegment message = arena.allocate(MSGHDR_BYTES, Long.BYTES);
      message.set(ADDRESS, 16, vector);
      message.set(JAVA_LONG, 24, 1);
      message.set(ADDRESS, 32, control);
      message.set(JAVA_LONG, 40, CONTROL_BYTES);
      int received;
      do {
        received =
            checked(
                (int)
                    (long)
                        RECVMSG.invokeExact(
                            captured, socket, message, inherited ? 0 : MSG_CMSG_CLOEXEC),
                captured);
      } while (received == -Errno.EINTR);
      if (received < 0) {
        return received;
      }
      boolean came =
          message.get(JAVA_LONG, 40) >= CONTROL_BYTES - Integer.BYTES
              && control.get(JAVA_INT, 8) == SOL_SOCKET
              && control.get(JAVA_INT, 12) == SCM_RIGHTS;
      return came ? control.get(JAVA_INT, 16) : -Errno.ENODATA;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }
}

package io.forebay.fuse.protocol;

import static io.forebay.fuse.protocol.Libc.CAPTURED;
import static io.forebay.fuse.protocol.Libc.checked;
import static io.forebay.fuse.protocol.Libc.function;
import static io.forebay.fuse.protocol.Libc.impossible;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * The system calls by which processes hand descriptors to each other, unix(7). As in {@link Libc}.
 */
public final class Sockets {

  /** The longest text of a message, in bytes of UTF-8. */
  public static final int MOST_BYTES = 1 << 16;

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;

  private static final int MOST_DESCRIPTORS = 3;

  /**
   * {@code struct msghdr} of 64-bit machines: name, iovec and control with their lengths, flags.
   */
  private static final int MSGHDR_BYTES = 56;

  private static final int VECTOR = 16;
  private static final int VECTORS = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;

  /** {@code struct cmsghdr}: length (u64), level, type; then descriptors, padded to eight bytes. */
  private static final int CMSGHDR_BYTES = 16;

  private static final MethodHandle SOCKETPAIR =
      function(
          "socketpair", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), -1);
  private static final MethodHandle RECVMSG =
      function("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT), -1);
  private static final MethodHandle SENDMSG =
      function("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT), -1);

  private Sockets() {}

  /** Two sockets that are connected to each other. */
  public record Pair(int own, int other) {}

  /**
   * What came at a time.
   *
   * @param descriptors this process's own copies
   */
  public record Message(String text, List<Integer> descriptors) {

    private static final Message END = new Message("", List.of());

    /** Whether the other end is closed; nobody sends an empty text. */
    public boolean isEnd() {
      return text.isEmpty() && descriptors.isEmpty();
    }
  }

  /**
   * A stream of bytes.
   *
   * @throws IOException when there are too many descriptors
   */
  public static Pair streamPair() throws IOException {
    return pair(SOCK_STREAM | SOCK_CLOEXEC);
  }

  /**
   * Each message that is sent is received as one.
   *
   * @throws IOException when there are too many descriptors
   */
  public static Pair messagePair() throws IOException {
    return pair(SOCK_SEQPACKET | SOCK_CLOEXEC);
  }

  private static Pair pair(int type) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      Libc.require(
          "a pair of sockets",
          checked((int) SOCKETPAIR.invokeExact(captured, AF_UNIX, type, 0, ends), captured));
      return new Pair(ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1));
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Sends a message to the other end. Never waits: a socket that is not read for long is full
   * (EAGAIN).
   *
   * @param text not empty, at most {@link #MOST_BYTES}
   * @param descriptors three at most; they stay open here, too
   * @return bytes; the negated error number otherwise, EPIPE when the other end is closed
   */
  public static int send(int socket, String text, int... descriptors) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, text.getBytes(UTF_8));
      MemorySegment control = MemorySegment.NULL;
      if (descriptors.length > 0) {
        int length = CMSGHDR_BYTES + descriptors.length * Integer.BYTES;
        control = arena.allocate(aligned(length), Long.BYTES);
        control.set(JAVA_LONG, 0, length);
        control.set(JAVA_INT, 8, SOL_SOCKET);
        control.set(JAVA_INT, 12, SCM_RIGHTS);
        for (int i = 0; i < descriptors.length; i++) {
          control.set(JAVA_INT, CMSGHDR_BYTES + (long) i * Integer.BYTES, descriptors[i]);
        }
      }
      MemorySegment message = message(arena, bytes, control);
      int sent;
      do {
        sent =
            checked(
                (int)
                    (long)
                        SENDMSG.invokeExact(captured, socket, message, MSG_NOSIGNAL | MSG_DONTWAIT),
                captured);
      } while (sent == -Errno.EINTR);
      return sent;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Waits for a message, or for the other end to be closed. An error counts as the end. */
  public static Message receive(int socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment bytes = arena.allocate(MOST_BYTES);
      MemorySegment control =
          arena.allocate(aligned(CMSGHDR_BYTES + MOST_DESCRIPTORS * Integer.BYTES), Long.BYTES);
      MemorySegment message = message(arena, bytes, control);
      int received;
      do {
        received =
            checked(
                (int) (long) RECVMSG.invokeExact(captured, socket, message, MSG_CMSG_CLOEXEC),
                captured);
      } while (received == -Errno.EINTR);
      if (received < 0) {
        return Message.END;
      }
      byte[] text = bytes.asSlice(0, received).toArray(JAVA_BYTE);
      return new Message(
          new String(text, UTF_8), descriptors(control, message.get(JAVA_LONG, CONTROL_LENGTH)));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static MemorySegment message(Arena arena, MemorySegment bytes, MemorySegment control) {
    MemorySegment vector = arena.allocate(2L * Long.BYTES, Long.BYTES);
    vector.set(ADDRESS, 0, bytes);
    vector.set(JAVA_LONG, 8, bytes.byteSize());
    MemorySegment message = arena.allocate(MSGHDR_BYTES, Long.BYTES);
    message.set(ADDRESS, VECTOR, vector);
    message.set(JAVA_LONG, VECTORS, 1);
    message.set(ADDRESS, CONTROL, control);
    message.set(JAVA_LONG, CONTROL_LENGTH, control.byteSize());
    return message;
  }

  private static List<Integer> descriptors(MemorySegment control, long received) {
    List<Integer> descriptors = new ArrayList<>();
    if (received >= CMSGHDR_BYTES
        && control.get(JAVA_INT, 8) == SOL_SOCKET
        && control.get(JAVA_INT, 12) == SCM_RIGHTS) {
      long end = control.get(JAVA_LONG, 0);
      for (long at = CMSGHDR_BYTES; at < end; at += Integer.BYTES) {
        descriptors.add(control.get(JAVA_INT, at));
      }
    }
    return descriptors;
  }

  private static int aligned(int bytes) {
    return (bytes + 7) & -8;
  }
}

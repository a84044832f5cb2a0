package io.forebay.fuse.protocol;

import static io.forebay.fuse.protocol.Libc.CAPTURED;
import static io.forebay.fuse.protocol.Libc.checked;
import static io.forebay.fuse.protocol.Libc.function;
import static io.forebay.fuse.protocol.Libc.impossible;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Sockets that have a path, unix(7), for processes that are not related. {@link Sockets} sends and
 * receives their messages; Java's own sockets pass no descriptors. As in {@link Libc}.
 */
public final class NamedSockets {

  private static final short AF_UNIX = 1;
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int BACKLOG = 64;

  /** {@code sun_path} of {@code struct sockaddr_un}, with the zero at its end. */
  private static final int PATH_BYTES = 108;

  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), -1);
  private static final MethodHandle BIND =
      function("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), -1);
  private static final MethodHandle LISTEN =
      function("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), -1);
  private static final MethodHandle ACCEPT =
      function(
          "accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT), -1);
  private static final MethodHandle CONNECT =
      function("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), -1);

  private NamedSockets() {}

  /**
   * Listens for processes of the same user. What a process left there that is gone must be deleted
   * before.
   *
   * @throws IOException when that is not possible
   */
  public static int listen(Path path) throws IOException {
    int socket = socket();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment address = address(arena, path);
      Libc.require(
          "listening on " + path,
          checked(
              (int) BIND.invokeExact(captured, socket, address, (int) address.byteSize()),
              captured));
      // Before it listens, so nobody is let in whom the permissions keep out.
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      Libc.require(
          "listening on " + path,
          checked((int) LISTEN.invokeExact(captured, socket, BACKLOG), captured));
      return socket;
    } catch (IOException e) {
      Libc.close(socket);
      throw e;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Waits for the next process that connects; the negated error number otherwise. */
  public static int accept(int listening) {
    try {
      MemorySegment captured = CAPTURED.get();
      return checked(
          (int)
              ACCEPT.invokeExact(
                  captured, listening, MemorySegment.NULL, MemorySegment.NULL, SOCK_CLOEXEC),
          captured);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Connects to the process that listens there.
   *
   * @return a socket; the negated error number when nobody listens
   * @throws IOException when the path is too long for a socket
   */
  public static int connect(Path path) throws IOException {
    int socket = socket();
    int result;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = CAPTURED.get();
      MemorySegment address = address(arena, path);
      result =
          checked(
              (int) CONNECT.invokeExact(captured, socket, address, (int) address.byteSize()),
              captured);
    } catch (IOException e) {
      Libc.close(socket);
      throw e;
    } catch (Throwable e) {
      throw impossible(e);
    }
    if (result < 0) {
      Libc.close(socket);
      return result;
    }
    return socket;
  }

  private static int socket() throws IOException {
    try {
      MemorySegment captured = CAPTURED.get();
      return Libc.require(
          "a socket",
          checked(
              (int) SOCKET.invokeExact(captured, (int) AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0),
              captured));
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static MemorySegment address(Arena arena, Path path) throws IOException {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= PATH_BYTES) {
      throw new IOException(
          path
              + " is too long for a socket: it has "
              + bytes.length
              + " bytes, and "
              + (PATH_BYTES - 1)
              + " are permitted");
    }
    MemorySegment address = arena.allocate(Short.BYTES + PATH_BYTES, Short.BYTES);
    address.set(JAVA_SHORT, 0, AF_UNIX);
    MemorySegment.copy(bytes, 0, address, JAVA_BYTE, Short.BYTES, bytes.length);
    return address;
  }
}

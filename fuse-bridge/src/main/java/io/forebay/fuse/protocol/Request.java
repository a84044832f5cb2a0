package io.forebay.fuse.protocol;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A request in its buffer, {@code struct fuse_in_header} (40 bytes) and a body. Used again for the
 * next one. Used by one thread.
 *
 * <p>The kernel's requests are well formed; offsets beyond the end are {@link
 * IndexOutOfBoundsException} all the same, and answered with EIO.
 */
public final class Request {

  private static final long HEADER = 40;

  private static final long RESENT = 1L << 63;

  private final MemorySegment buffer;
  private MemorySegment bytes;

  Request(MemorySegment buffer) {
    this.buffer = buffer;
    this.bytes = buffer.asSlice(0, 0);
  }

  MemorySegment buffer() {
    return buffer;
  }

  /**
   * Takes what was read.
   *
   * @return false when that is no request
   */
  boolean take(int length) {
    bytes = buffer.asSlice(0, Math.max(0, length));
    return length >= HEADER && bytes.get(JAVA_INT_UNALIGNED, 0) == length;
  }

  public int opcode() {
    return bytes.get(JAVA_INT_UNALIGNED, 4);
  }

  /** Names the request, for its reply. */
  long unique() {
    return bytes.get(JAVA_LONG_UNALIGNED, 8);
  }

  /** Names the request, and remains when it is sent again. */
  public long number() {
    return unique() & ~RESENT;
  }

  /** Whether it was sent before, to a process that may have done what it asks for. */
  public boolean isResent() {
    return unique() < 0;
  }

  public long nodeId() {
    return bytes.get(JAVA_LONG_UNALIGNED, 16);
  }

  /** The thread that asks, as /proc names it; 0 when it is in another container. */
  int thread() {
    return bytes.get(JAVA_INT_UNALIGNED, 32);
  }

  /** Bytes behind the header. */
  public long bodyBytes() {
    return bytes.byteSize() - HEADER;
  }

  /** A 32-bit field of the body. */
  public int intAt(long offset) {
    return bytes.get(JAVA_INT_UNALIGNED, HEADER + offset);
  }

  /** A 64-bit field of the body. */
  public long longAt(long offset) {
    return bytes.get(JAVA_LONG_UNALIGNED, HEADER + offset);
  }

  /** Bytes of the body, as long as this request is in its buffer. */
  public ByteBuffer bytesAt(long offset, int length) {
    return bytes.asSlice(HEADER + offset, length).asByteBuffer();
  }

  /** How long a name in the body is, without its NUL. */
  public int nameBytesAt(long offset) {
    long end = HEADER + offset;
    while (bytes.get(JAVA_BYTE, end) != 0) {
      end++;
    }
    return (int) (end - HEADER - offset);
  }

  /**
   * A name in the body, which a NUL ends.
   *
   * @return null when it is not UTF-8, so no file can have it
   */
  public String nameAt(long offset) {
    byte[] name = bytes.asSlice(HEADER + offset, nameBytesAt(offset)).toArray(JAVA_BYTE);
    String text = new String(name, StandardCharsets.UTF_8);
    return text.indexOf('\ufffd') < 0 ? text : null;
  }
}

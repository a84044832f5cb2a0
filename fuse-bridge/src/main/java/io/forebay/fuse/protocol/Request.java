package io.forebay.fuse.protocol;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A request in its buffer, {@code struct fuse_in_header} (40 bytes) and a body. Used again for the
 * next one. Used by one thread.
 *
 * <p>The kernel's requests are well formed; offsets beyond the end are {@link
 * IndexOutOfBoundsException} all the same, and answered with EIO.
 */
public final class Request {

  private static final int HEADER = 40;

  private static final long RESENT = 1L << 63;

  private final MemorySegment buffer;

  /** The same memory, up to the request's end. Reading fields allocates nothing. */
  private final ByteBuffer bytes;

  Request(MemorySegment buffer) {
    this.buffer = buffer;
    this.bytes = buffer.asByteBuffer().order(ByteOrder.nativeOrder()).limit(0);
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
    bytes.limit(Math.max(0, length));
    return length >= HEADER && bytes.getInt(0) == length;
  }

  public int opcode() {
    return bytes.getInt(4);
  }

  /** Names the request, for its reply. */
  long unique() {
    return bytes.getLong(8);
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
    return bytes.getLong(16);
  }

  /**
   * The thread that asks, as /proc names it; 0 when it is in another container, or the kernel asks.
   */
  int thread() {
    return bytes.getInt(32);
  }

  /** The thread that asks. */
  public Caller caller() {
    return new Caller(thread());
  }

  /** Bytes behind the header. */
  public int bodyBytes() {
    return bytes.limit() - HEADER;
  }

  /** A 32-bit field of the body. */
  public int intAt(int offset) {
    return bytes.getInt(HEADER + offset);
  }

  /** A 64-bit field of the body. */
  public long longAt(int offset) {
    return bytes.getLong(HEADER + offset);
  }

  /** Bytes of the body, as long as this request is in its buffer. */
  public ByteBuffer bytesAt(int offset, int length) {
    return bytes.slice(HEADER + offset, length);
  }

  /** How long a name in the body is, without its NUL. */
  public int nameBytesAt(int offset) {
    int end = HEADER + offset;
    while (bytes.get(end) != 0) {
      end++;
    }
    return end - HEADER - offset;
  }

  /**
   * A name in the body, which a NUL ends.
   *
   * @return null when it is not UTF-8, so no file can have it
   */
  public String nameAt(int offset) {
    byte[] name = new byte[nameBytesAt(offset)];
    bytes.get(HEADER + offset, name);
    String text = new String(name, StandardCharsets.UTF_8);
    return text.indexOf('\ufffd') < 0 ? text : null;
  }
}

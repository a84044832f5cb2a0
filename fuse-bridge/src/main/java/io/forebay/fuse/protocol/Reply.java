package io.forebay.fuse.protocol;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * The reply to a request in its buffer, {@code struct fuse_out_header} (16 bytes: length, error,
 * unique) and a body. Used again for the next one. Used by one thread.
 */
public final class Reply {

  static final long HEADER = 16;

  private final MemorySegment buffer;
  private int error;
  private long bodyBytes;
  private boolean wanted;

  Reply(MemorySegment buffer) {
    this.buffer = buffer;
  }

  /** Begins anew: an empty answer of success. */
  void clear() {
    error = 0;
    bodyBytes = 0;
    wanted = true;
  }

  /** Some requests have no reply. */
  public void none() {
    wanted = false;
  }

  boolean isWanted() {
    return wanted;
  }

  /** Refuses the request. */
  public void error(int errno) {
    error = errno;
    bodyBytes = 0;
  }

  boolean isError() {
    return error != 0;
  }

  /** The largest body. */
  public long room() {
    return buffer.byteSize() - HEADER;
  }

  /** Bytes of the body; those behind earlier ones are zero. */
  public void body(long bytes) {
    if (bytes > bodyBytes) {
      buffer.asSlice(HEADER + bodyBytes, bytes - bodyBytes).fill((byte) 0);
    }
    bodyBytes = bytes;
  }

  public void setShort(long offset, int value) {
    buffer.set(JAVA_SHORT_UNALIGNED, HEADER + offset, (short) value);
  }

  public void setInt(long offset, int value) {
    buffer.set(JAVA_INT_UNALIGNED, HEADER + offset, value);
  }

  public void setLong(long offset, long value) {
    buffer.set(JAVA_LONG_UNALIGNED, HEADER + offset, value);
  }

  /** A field that was set. */
  public long longAt(long offset) {
    return buffer.get(JAVA_LONG_UNALIGNED, HEADER + offset);
  }

  public void setBytes(long offset, byte[] value) {
    MemorySegment.copy(value, 0, buffer, JAVA_BYTE, HEADER + offset, value.length);
  }

  /** The body as a buffer to read file bytes into; {@link #data} says how many. */
  public ByteBuffer target(int bytes) {
    return buffer.asSlice(HEADER, bytes).asByteBuffer();
  }

  /** The body is what was read into {@link #target}. */
  public void data(int bytes) {
    bodyBytes = bytes;
  }

  /** Sends it; the negated error number if the kernel does not take it. */
  int send(Device device, long unique) {
    long length = HEADER + bodyBytes;
    buffer.set(JAVA_INT_UNALIGNED, 0, (int) length);
    buffer.set(JAVA_INT_UNALIGNED, 4, -error);
    buffer.set(JAVA_LONG_UNALIGNED, 8, unique);
    return device.write(buffer, length);
  }
}

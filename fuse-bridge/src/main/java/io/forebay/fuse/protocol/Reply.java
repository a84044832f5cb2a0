package io.forebay.fuse.protocol;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The reply to a request in its buffer, {@code struct fuse_out_header} (16 bytes: length, error,
 * unique) and a body. Used again for the next one. Used by one thread.
 */
public final class Reply {

  static final int HEADER = 16;

  private final MemorySegment buffer;
  private final ByteBuffer bytes;
  private int error;
  private int bodyBytes;
  private boolean wanted;
  private boolean goesOn;

  Reply(MemorySegment buffer) {
    this.buffer = buffer;
    this.bytes = buffer.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** Begins anew: an empty answer of success. */
  void clear() {
    error = 0;
    bodyBytes = 0;
    wanted = true;
    goesOn = false;
  }

  /** Some requests have no reply. */
  public void none() {
    wanted = false;
  }

  /** The one who gets it will ask for more at once. */
  public void expectNextRequest() {
    goesOn = true;
  }

  boolean expectsNextRequest() {
    return goesOn;
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
  public int room() {
    return bytes.capacity() - HEADER;
  }

  /** Bytes of the body, those behind earlier ones are zero. */
  public void body(int length) {
    for (int at = bodyBytes; at < length; at += Long.BYTES) {
      bytes.putLong(HEADER + at, 0);
    }
    bodyBytes = length;
  }

  public void setShort(int offset, int value) {
    bytes.putShort(HEADER + offset, (short) value);
  }

  public void setInt(int offset, int value) {
    bytes.putInt(HEADER + offset, value);
  }

  public void setLong(int offset, long value) {
    bytes.putLong(HEADER + offset, value);
  }

  /** A field that was set. */
  public long longAt(int offset) {
    return bytes.getLong(HEADER + offset);
  }

  public void setBytes(int offset, byte[] value) {
    setBytes(offset, value, 0, value.length);
  }

  public void setBytes(int offset, byte[] source, int from, int length) {
    bytes.put(HEADER + offset, source, from, length);
  }

  /** The body as a buffer to read file bytes into; {@link #data} says how many. */
  public ByteBuffer target(int length) {
    return bytes.slice(HEADER, length);
  }

  /** The body is what was read into {@link #target}. */
  public void data(int length) {
    bodyBytes = length;
  }

  /** Sends it; the negated error number if the kernel does not take it. */
  int send(Device device, long unique) {
    int length = HEADER + bodyBytes;
    bytes.putInt(0, length);
    bytes.putInt(4, -error);
    bytes.putLong(8, unique);
    return device.write(buffer, length);
  }
}

package io.forebay.metadata;

import java.nio.ByteBuffer;

/** Numbers of 7 bits a byte, the least significant first; small ones are short. */
public final class Varint {

  /** The most bytes of a number. */
  public static final int MAX_BYTES = 10;

  private Varint() {}

  public static void put(ByteBuffer out, long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      out.put((byte) (left | 0x80));
      left >>>= 7;
    }
    out.put((byte) left);
  }

  /**
   * @throws IndexOutOfBoundsException when it has no end
   */
  public static long get(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException("a number is not terminated");
  }
}

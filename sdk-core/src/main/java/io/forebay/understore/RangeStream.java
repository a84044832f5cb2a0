package io.forebay.understore;

import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a range, as a client's library streams them. For implementations of under-stores.
 * Used by one thread.
 */
public abstract class RangeStream extends BulkInputStream {

  private final InputStream in;
  private final boolean endsThere;
  private long before;
  private long remaining;

  /**
   * @param in stands at the first byte; what it has beyond the range is never delivered
   */
  protected RangeStream(InputStream in, long length) {
    this(in, new ObjectReply.Part(0, length, false));
  }

  /**
   * @param in stands at the start of an answer's body
   */
  protected RangeStream(InputStream in, ObjectReply.Part part) {
    this.in = in;
    this.before = part.before();
    this.remaining = part.length();
    this.endsThere = part.isLast();
  }

  /** What an exception of the library means. */
  protected abstract IOException translate(Exception e);

  /** Closes what there is to close without reading the rest. */
  protected abstract void closeEarly() throws IOException;

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (remaining == 0) {
      return -1;
    }
    try {
      in.skipNBytes(before);
      before = 0;
      int n = in.read(target, offset, (int) Math.min(length, remaining));
      if (n == remaining && endsThere && in.read() >= 0) {
        throw new IOException("the body is longer than its headers declare");
      }
      remaining -= Math.max(n, 0);
      return n;
    } catch (IOException | RuntimeException e) {
      throw translate(e);
    }
  }

  @Override
  public void close() throws IOException {
    if (remaining > 0 || !endsThere) {
      closeEarly();
    } else {
      in.close();
    }
  }
}

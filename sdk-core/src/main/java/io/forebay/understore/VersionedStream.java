package io.forebay.understore;

import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes of a file that may be written to while it is read, in a store that cannot be asked for a
 * version. A piece is read, then the version is looked at again, and only then is the piece
 * delivered: looking once, at the end, would be too late for whoever takes the bytes as they
 * arrive. For implementations of under-stores. Used by one thread.
 */
public final class VersionedStream extends BulkInputStream {

  /** Fails when the file has another version by now. */
  @FunctionalInterface
  public interface Check {
    void requireSame() throws IOException;
  }

  private final InputStream in;
  private final Check check;
  private final byte[] piece;
  private long unread;
  private int next;
  private int end;

  /**
   * @param in stands at the first byte
   * @param length of the range, in bytes
   * @param pieceBytes read between two checks
   */
  public VersionedStream(InputStream in, long length, int pieceBytes, Check check) {
    this.in = in;
    this.check = check;
    this.piece = new byte[(int) Math.min(length, pieceBytes)];
    this.unread = length;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (next == end && !readPiece()) {
      return -1;
    }
    int n = Math.min(length, end - next);
    System.arraycopy(piece, next, target, offset, n);
    next += n;
    return n;
  }

  /** Whether there was one. */
  private boolean readPiece() throws IOException {
    if (unread == 0) {
      return false;
    }
    int n = in.readNBytes(piece, 0, (int) Math.min(piece.length, unread));
    check.requireSame();
    unread -= n;
    next = 0;
    end = n;
    return n > 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

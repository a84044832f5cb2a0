package io.forebay.understore;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Checksum;

/**
 * A whole object, compared with the checksum that its store gives. The last bytes are delivered
 * only if all of them agree; those before may have been delivered by then. For implementations of
 * object stores. Used by one thread.
 */
public final class ChecksummedStream extends BulkInputStream {

  private final InputStream in;
  private final String noun;
  private final Checksum checksum;
  private final long expected;
  private final long length;
  private long read;

  /**
   * @param noun what is read, for messages
   * @param length of the object, in bytes
   * @param checksum of the store's kind, of nothing yet
   * @param expected what the store says of the object
   */
  public ChecksummedStream(
      String noun, InputStream in, long length, Checksum checksum, long expected) {
    this.in = in;
    this.noun = noun;
    this.length = length;
    this.checksum = checksum;
    this.expected = expected;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    int n = in.read(target, offset, count);
    if (n > 0) {
      checksum.update(target, offset, n);
      read += n;
      if (read == length && checksum.getValue() != expected) {
        throw damaged(read == n);
      }
    }
    return n;
  }

  /**
   * @param isFirst whether nothing was delivered: then the object can be read once more, from its
   *     start
   */
  private UnderStoreException damaged(boolean isFirst) {
    String message =
        noun
            + ": the bytes do not match the checksum of the store; they were damaged in"
            + " transit or in the store";
    return isFirst
        ? UnderStoreException.passing(message, null)
        : UnderStoreException.lasting(message, null);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

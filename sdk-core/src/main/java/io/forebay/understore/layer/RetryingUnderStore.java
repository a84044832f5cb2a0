package io.forebay.understore.layer;

import io.forebay.FileStatus;
import io.forebay.StaleFileException;
import io.forebay.understore.BulkInputStream;
import io.forebay.understore.RetryPolicy;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;

/**
 * Tries passing failures again, with jitter, and continues a broken stream where it broke. What the
 * store refused (every 4xx but throttling) is never tried again. Writes are tried again only by the
 * stores themselves, which alone can rewind their parts.
 */
public final class RetryingUnderStore extends ForwardingUnderStore {

  private final UnderStore delegate;
  private final RetryPolicy policy;

  public RetryingUnderStore(UnderStore delegate, RetryPolicy policy) {
    this.delegate = delegate;
    this.policy = policy;
  }

  @Override
  UnderStore target() {
    return delegate;
  }

  @Override
  <T> T send(Request<T> request) throws IOException {
    return policy.run(() -> request.send(delegate));
  }

  @Override
  <T> T write(Request<T> request) throws IOException {
    return request.send(delegate);
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    return new ResumingStream(file, offset, length);
  }

  /** Delivers exactly the asked range, over as many connections as it takes. */
  private final class ResumingStream extends BulkInputStream {

    private final FileStatus file;
    private final long end;
    private long position;
    private InputStream current;
    private int failures;

    ResumingStream(FileStatus file, long offset, long length) throws IOException {
      this.file = file;
      this.position = offset;
      this.end = offset + length;
      // Open at once, so that a missing or changed file is reported here and not by the first read.
      connect();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (position == end) {
        return -1;
      }
      while (true) {
        connect();
        IOException failure;
        try {
          int n = current.read(target, offset, (int) Math.min(length, end - position));
          if (n >= 0) {
            position += n;
            failures = 0;
            return n;
          }
          failure = null;
        } catch (IOException e) {
          if (isFinal(e)) {
            throw e;
          }
          failure = e;
        }
        disconnect();
        if (++failures >= policy.attempts()) {
          throw UnderStoreException.passing(
              file.path() + ": the stream broke " + failures + " times at byte " + position,
              failure);
        }
        policy.pause(failures);
      }
    }

    /** Whether another connection would only tell the same, or of another version. */
    private static boolean isFinal(IOException e) {
      return e instanceof StaleFileException
          || e instanceof FileSystemException
          || (e instanceof UnderStoreException known && !known.isTransient());
    }

    private void connect() throws IOException {
      while (current == null) {
        try {
          current = delegate.open(file, position, end - position);
        } catch (UnderStoreException e) {
          if (!e.isTransient() || ++failures >= policy.attempts()) {
            throw e;
          }
          policy.pause(failures);
        }
      }
    }

    private void disconnect() {
      try {
        current.close();
      } catch (IOException e) {
        // The connection is broken already; there is nothing more to learn from closing it.
      }
      current = null;
    }

    @Override
    public void close() throws IOException {
      if (current != null) {
        current.close();
      }
    }
  }
}

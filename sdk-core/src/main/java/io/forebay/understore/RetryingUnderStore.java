package io.forebay.understore;

import io.forebay.FileStatus;
import io.forebay.StaleFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Optional;

/**
 * Tries passing failures again, with jitter, and continues a broken stream where it broke. What the
 * store refused (every 4xx but throttling) is never tried again. Writes are tried again only by the
 * stores themselves, which alone can rewind their parts.
 */
public final class RetryingUnderStore implements UnderStore {

  private final UnderStore delegate;
  private final RetryPolicy policy;

  public RetryingUnderStore(UnderStore delegate, RetryPolicy policy) {
    this.delegate = delegate;
    this.policy = policy;
  }

  @Override
  public FileStatus stat(String path) throws IOException {
    return policy.run(() -> delegate.stat(path));
  }

  @Override
  public ListingPage list(String directory, String continuation) throws IOException {
    return policy.run(() -> delegate.list(directory, continuation));
  }

  @Override
  public Optional<KeyListing> keys() {
    return delegate.keys().map(keys -> after -> policy.run(() -> keys.list(after)));
  }

  @Override
  public InputStream open(FileStatus file, long offset, long length) throws IOException {
    return new ResumingStream(file, offset, length);
  }

  @Override
  public FileStatus put(String path, InputStream content, long length) throws IOException {
    return delegate.put(path, content, length);
  }

  @Override
  public FileStatus rename(FileStatus from, String to) throws IOException {
    return delegate.rename(from, to);
  }

  private interface Change {
    void make() throws IOException;
  }

  private void change(Change change) throws IOException {
    policy.run(
        () -> {
          change.make();
          return null;
        });
  }

  @Override
  public List<UnfinishedWrite> unfinished() throws IOException {
    return policy.run(delegate::unfinished);
  }

  @Override
  public void abandon(UnfinishedWrite write) throws IOException {
    change(() -> delegate.abandon(write));
  }

  @Override
  public void delete(String path) throws IOException {
    change(() -> delegate.delete(path));
  }

  @Override
  public void makeDirectory(String path) throws IOException {
    change(() -> delegate.makeDirectory(path));
  }

  @Override
  public void removeDirectory(String path) throws IOException {
    change(() -> delegate.removeDirectory(path));
  }

  @Override
  public void close() throws IOException {
    delegate.close();
  }

  /** Delivers exactly the asked range, over as many connections as it takes. */
  private final class ResumingStream extends InputStream {

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
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
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

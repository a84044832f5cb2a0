package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.fuse.protocol.Caller;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * A file that is being written: its bytes are on this node's disk, under no name, until they are
 * stored as a whole. Thread-safe.
 */
final class Draft implements AutoCloseable {

  private final Spool spool;
  private final FileChannel bytes;

  // Guarded by this.
  private String path;
  private final Writers writers = new Writers();
  private boolean changed;
  private boolean refused;
  private boolean deleted;
  private int handles = 1;

  /** How it looks; asked for by those who cannot wait until it is stored. */
  private volatile FileStatus status;

  /** Of a write whose bytes are not here, so that this is not what anybody wrote. */
  private Optional<IOException> failure = Optional.empty();

  private Draft(String path, Spool spool) throws IOException {
    this.path = path;
    this.spool = spool;
    try {
      this.bytes = spool.open();
    } catch (IOException e) {
      throw spool.failure(path, e);
    }
    this.status = FileStatus.file(path, 0, System.currentTimeMillis(), "");
  }

  /** An empty one, which is stored even when nothing is written. */
  static Draft empty(String path, Spool spool, Caller caller) throws IOException {
    Draft draft = new Draft(path, spool);
    draft.writers.opened(caller);
    draft.truncated(caller);
    return draft;
  }

  /** One that begins with what is stored. */
  static Draft of(DataSet dataSet, FileStatus stored, Spool spool, Caller caller)
      throws IOException {
    Draft draft = new Draft(stored.path(), spool);
    draft.writers.opened(caller);
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(1 << 20, Math.max(1, stored.size())));
    try {
      for (long at = 0; at < stored.size(); at += chunk.limit()) {
        chunk.clear().limit((int) Math.min(chunk.capacity(), stored.size() - at));
        dataSet.read(stored, at, chunk);
        draft.put(chunk.flip(), at);
      }
      draft.touch();
    } catch (IOException | RuntimeException e) {
      draft.close();
      throw e;
    }
    return draft;
  }

  private void put(ByteBuffer source, long offset) throws IOException {
    try {
      for (long at = offset; source.hasRemaining(); ) {
        at += bytes.write(source, at);
      }
    } catch (IOException e) {
      throw spool.failure(path, e);
    }
  }

  synchronized void write(ByteBuffer source, long offset, Caller caller) throws IOException {
    requireComplete();
    writers.wrote(caller);
    try {
      put(source, offset);
    } catch (IOException e) {
      failure = Optional.of(e);
      throw e;
    }
    changed();
  }

  /** Fails as the write did whose bytes are not here. */
  synchronized void requireComplete() throws IncompleteDraftException {
    if (failure.isPresent()) {
      throw new IncompleteDraftException(failure.get());
    }
  }

  private void changed() throws IOException {
    changed = true;
    refused = false;
    touch();
  }

  private void touch() throws IOException {
    status = FileStatus.file(path, bytes.size(), System.currentTimeMillis(), "");
  }

  /**
   * @return bytes read, fewer than there is room for only at the end
   */
  synchronized int read(ByteBuffer target, long offset) throws IOException {
    int sum = 0;
    for (int n = 0; n >= 0 && target.hasRemaining(); sum += Math.max(n, 0)) {
      n = bytes.read(target, offset + sum);
    }
    return sum;
  }

  synchronized void resize(long size, Caller caller) throws IOException {
    writers.wrote(caller);
    setSize(size);
    changed();
  }

  /** It is opened to be written from its begin. */
  synchronized void truncated(Caller caller) throws IOException {
    writers.truncated(caller);
    setSize(0);
    changed();
  }

  private void setSize(long size) throws IOException {
    if (size < bytes.size()) {
      bytes.truncate(size);
    } else if (size > bytes.size()) {
      put(ByteBuffer.wrap(new byte[1]), size - 1);
    }
  }

  /** How it looks to those who ask meanwhile. */
  FileStatus status() {
    return status;
  }

  synchronized void opened(Caller caller) {
    writers.opened(caller);
    handles++;
  }

  /** Whether that was the last handle to write it by. */
  synchronized boolean released() {
    return --handles == 0;
  }

  synchronized boolean isOpen() {
    return handles > 0;
  }

  /** Whether the close of a descriptor of this process is the end of what it writes. */
  synchronized boolean isClosedBy(Caller caller) {
    return writers.include(caller);
  }

  /** What was stored has another name now, and what is stored from now on. */
  synchronized void moved(String to) {
    path = to;
    status = FileStatus.file(to, status.size(), status.modifiedMillis(), "");
  }

  /**
   * @param now whether its name is gone, or another file's, so that it is not to be stored
   */
  synchronized void setDeleted(boolean now) {
    deleted = now;
  }

  /**
   * Stores it, if it changed since. One that a write failed for is never stored.
   *
   * @return what it is now; empty when there was nothing to do
   */
  synchronized Optional<FileStatus> store(DataSet dataSet) throws IOException {
    if (deleted) {
      return Optional.empty();
    }
    requireComplete();
    if (!changed) {
      return Optional.empty();
    }
    refused = true; // unless the next lines come to their end
    // A retry begins at the start again, so the channel's own position is the stream's.
    bytes.position(0);
    InputStream content = Channels.newInputStream(bytes);
    FileStatus stored = dataSet.write(path, content, bytes.size());
    changed = false;
    refused = false;
    writers.stored();
    return Optional.of(stored);
  }

  /** Whether it changed, and no process was told that it could not be stored. */
  synchronized boolean isUnsettled() {
    return changed && !refused && failure.isEmpty();
  }

  @Override
  public synchronized void close() throws IOException {
    bytes.close();
  }
}

package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.fuse.protocol.Caller;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file that is being written: its bytes are on this node's disk, under no name, until they are
 * stored as a whole. Thread-safe.
 */
final class Draft implements AutoCloseable {

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

  private Draft(String path, FileChannel bytes) {
    this.path = path;
    this.bytes = bytes;
    this.status = FileStatus.file(path, 0, System.currentTimeMillis(), "");
  }

  /** An empty one, which is stored even when nothing is written. */
  static Draft empty(String path, Caller caller) throws IOException {
    Draft draft = new Draft(path, open());
    draft.emptied(caller);
    return draft;
  }

  /** One that begins with what is stored. */
  static Draft of(DataSet dataSet, FileStatus stored) throws IOException {
    Draft draft = new Draft(stored.path(), open());
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

  private static FileChannel open() throws IOException {
    Path file = Files.createTempFile("forebay-draft-", "");
    try {
      return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(file); // so that it is gone with this process, however that ends
    }
  }

  private void put(ByteBuffer source, long offset) throws IOException {
    for (long at = offset; source.hasRemaining(); ) {
      at += bytes.write(source, at);
    }
  }

  synchronized void write(ByteBuffer source, long offset, Caller caller) throws IOException {
    writers.wrote(caller);
    put(source, offset);
    changed();
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
  synchronized void emptied(Caller caller) throws IOException {
    writers.emptied(caller);
    setSize(0);
    changed();
  }

  private void setSize(long size) throws IOException {
    if (size < bytes.size()) {
      bytes.truncate(size);
    } else if (size > bytes.size()) {
      bytes.write(ByteBuffer.wrap(new byte[1]), size - 1);
    }
  }

  /** How it looks to those who ask meanwhile. */
  FileStatus status() {
    return status;
  }

  synchronized void opened() {
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

  /** It is not to be stored any more. */
  synchronized void delete() {
    deleted = true;
  }

  /**
   * Stores it, if it changed since.
   *
   * @return what it is now; empty when there was nothing to do
   */
  synchronized Optional<FileStatus> store(DataSet dataSet) throws IOException {
    if (!changed || deleted) {
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
    return changed && !refused;
  }

  @Override
  public synchronized void close() throws IOException {
    bytes.close();
  }
}

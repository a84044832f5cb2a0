package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
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
  private boolean changed;
  private boolean deleted;
  private long modifiedMillis = System.currentTimeMillis();
  private int writers = 1;

  private Draft(String path, FileChannel bytes) {
    this.path = path;
    this.bytes = bytes;
  }

  /** An empty one, which is stored even when nothing is written. */
  static Draft empty(String path) throws IOException {
    Draft draft = new Draft(path, open());
    draft.changed = true;
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

  synchronized void write(ByteBuffer source, long offset) throws IOException {
    put(source, offset);
    touch();
  }

  private void touch() {
    changed = true;
    modifiedMillis = System.currentTimeMillis();
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

  synchronized void resize(long size) throws IOException {
    if (size < bytes.size()) {
      bytes.truncate(size);
    } else if (size > bytes.size()) {
      bytes.write(ByteBuffer.wrap(new byte[1]), size - 1);
    }
    touch();
  }

  /** How it looks to those who ask meanwhile. */
  synchronized FileStatus status() throws IOException {
    return FileStatus.file(path, bytes.size(), modifiedMillis, "");
  }

  synchronized void opened() {
    writers++;
  }

  /** Whether that was the last of its writers. */
  synchronized boolean released() {
    return --writers == 0;
  }

  /** What was stored has another name now, and what is stored from now on. */
  synchronized void moved(String to) {
    path = to;
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
    // A retry begins at the start again, so the channel's own position is the stream's.
    bytes.position(0);
    InputStream content = Channels.newInputStream(bytes);
    FileStatus stored = dataSet.write(path, content, bytes.size());
    changed = false;
    return Optional.of(stored);
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}

package io.forebay.dataset.nio;

import io.forebay.DataSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is written: a nameless local one, which is stored as a whole when this is closed.
 * Thread-safe.
 */
final class Upload implements SeekableByteChannel {

  private final DataSet dataSet;
  private final String path;
  private final FileChannel local;

  /** Of a write: what is here is not what was to be stored. */
  private volatile IOException failure;

  Upload(DataSet dataSet, String path) throws IOException {
    this(dataSet, path, Path.of(System.getProperty("java.io.tmpdir")));
  }

  /**
   * @param spool directory for the local file
   */
  Upload(DataSet dataSet, String path, Path spool) throws IOException {
    this.dataSet = dataSet;
    this.path = path;
    Path file = Files.createTempFile(spool, "forebay-upload", "");
    local =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    try {
      return local.write(source);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public int read(ByteBuffer target) {
    throw new NonReadableChannelException();
  }

  @Override
  public long position() throws IOException {
    return local.position();
  }

  @Override
  public SeekableByteChannel position(long position) throws IOException {
    local.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return local.size();
  }

  @Override
  public SeekableByteChannel truncate(long size) throws IOException {
    local.truncate(size);
    return this;
  }

  @Override
  public boolean isOpen() {
    return local.isOpen();
  }

  /**
   * Stores the file.
   *
   * @throws IOException when that failed, or a write did; then nothing of it is stored
   */
  @Override
  public synchronized void close() throws IOException {
    if (!local.isOpen()) {
      return;
    }
    try (local) {
      if (failure != null) {
        throw new IOException(path + " is not stored, because a write failed", failure);
      }
      local.position(0);
      try (InputStream content = Channels.newInputStream(local)) {
        dataSet.write(path, content, local.size());
      }
    }
  }
}

package io.forebay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/**
 * An open file: one version, whatever happens to the object or to the cache meanwhile. Read-only;
 * safe for use by several threads, which then share one position.
 */
public interface DataFile extends SeekableByteChannel {

  FileStatus status();

  /** A stream over this channel, from its position on; closing it closes the file. */
  default InputStream asInputStream() {
    return Channels.newInputStream(this);
  }

  /** Reads up to {@code target.remaining()} bytes, at least one unless the end is reached. */
  @Override
  int read(ByteBuffer target) throws IOException;

  @Override
  DataFile position(long newPosition) throws IOException;

  @Override
  default int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  default DataFile truncate(long size) {
    throw new NonWritableChannelException();
  }
}

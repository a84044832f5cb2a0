package io.forebay.client;

import io.forebay.DataFile;
import io.forebay.FileStatus;
import io.forebay.file.FileVersion;
import io.forebay.read.Ladder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;

/** A file that is read through the ladder, or from this node's disk while it is resident. */
final class ClientFile implements DataFile {

  /** Small reads of a file that is not resident are served from a buffer of this many bytes. */
  private static final int BUFFER_BYTES = 256 << 10;

  private final FileVersion file;
  private final Ladder ladder;
  private FileChannel resident;
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private long bufferStart;
  private long position;
  private boolean open = true;

  ClientFile(FileVersion file, Ladder ladder) {
    this.file = file;
    this.ladder = ladder;
    this.resident = ladder.openResident(file).orElse(null);
  }

  @Override
  public FileStatus status() {
    return file.status();
  }

  @Override
  public synchronized int read(ByteBuffer target) throws IOException {
    checkOpen();
    if (position >= file.size()) {
      return -1;
    }
    int wanted = (int) Math.min(target.remaining(), file.size() - position);
    if (wanted == 0) {
      return 0;
    }
    int n = readSome(target, wanted);
    position += n;
    return n;
  }

  private int readSome(ByteBuffer target, int wanted) throws IOException {
    if (resident != null) {
      ByteBuffer part = target.slice(target.position(), wanted);
      int n = ladder.readResident(file, resident, position, part);
      if (n > 0) {
        target.position(target.position() + n);
        return n;
      }
      closeResident();
    }
    if (wanted >= BUFFER_BYTES) {
      ByteBuffer part = target.slice(target.position(), wanted);
      ladder.read(file, position, part);
      target.position(target.position() + wanted);
      return wanted;
    }
    if (position < bufferStart || position >= bufferStart + buffer.limit()) {
      fillBuffer();
    }
    int at = (int) (position - bufferStart);
    int n = Math.min(wanted, buffer.limit() - at);
    target.put(buffer.slice(at, n));
    return n;
  }

  private void fillBuffer() throws IOException {
    // The file may have become resident since it was opened.
    resident = ladder.openResident(file).orElse(null);
    ByteBuffer fresh = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, file.size() - position));
    ladder.read(file, position, fresh);
    buffer = fresh.flip();
    bufferStart = position;
  }

  @Override
  public synchronized long position() throws IOException {
    checkOpen();
    return position;
  }

  @Override
  public synchronized ClientFile position(long newPosition) throws IOException {
    checkOpen();
    if (newPosition < 0) {
      throw new IllegalArgumentException("negative position " + newPosition);
    }
    position = newPosition;
    return this;
  }

  @Override
  public long size() throws IOException {
    checkOpen();
    return file.size();
  }

  @Override
  public synchronized boolean isOpen() {
    return open;
  }

  @Override
  public synchronized void close() throws IOException {
    open = false;
    closeResident();
  }

  private void closeResident() throws IOException {
    if (resident != null) {
      resident.close();
      resident = null;
    }
  }

  private synchronized void checkOpen() throws ClosedChannelException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }
}

package io.forebay.server;

import io.forebay.FileStatus;
import io.forebay.understore.BulkInputStream;
import io.forebay.wire.Item;
import io.forebay.wire.Reach;
import io.forebay.wire.ServerClient;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A range of a file, asked of another server piece by piece. Used by one thread. */
final class PeerStream extends BulkInputStream {

  private final ServerClient server;
  private final String dataSet;
  private final Reach reach;
  private final FileStatus file;
  private final long end;
  private long position;

  /**
   * @param reach how far that server may go
   * @param offset of the first byte; {@code offset + length <= size}
   */
  PeerStream(
      ServerClient server, String dataSet, Reach reach, FileStatus file, long offset, long length) {
    this.server = server;
    this.dataSet = dataSet;
    this.reach = reach;
    this.file = file;
    this.position = offset;
    this.end = offset + length;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = (int) Math.min(length, end - position);
    if (count == 0) {
      return length == 0 ? 0 : -1;
    }
    server.read(
        dataSet, new Item(file, position, count), reach, ByteBuffer.wrap(target, offset, count));
    position += count;
    return count;
  }
}

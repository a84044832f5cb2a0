package io.forebay.store;

import io.forebay.metadata.FileId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The append-only record of what a tier holds: one entry for each block that was written whole, and
 * one for each file that was dropped. An entry reaches the page cache before the block counts as
 * present, so a killed process loses nothing that was complete.
 *
 * <p>An entry has 40 bytes, big-endian: FileId (16), file length (8), block size (4), block number
 * or -1 for a dropped file (4), CRC32C of the block (4), CRC32C of the 36 bytes before (4). Reading
 * stops at the first entry whose own checksum is wrong: that is where a crash tore the log.
 */
final class IndexLog implements Closeable {

  private static final int ENTRY_BYTES = 40;
  private static final int DROPPED = -1;

  /** One entry. */
  record Entry(FileId id, long fileLength, int blockBytes, int block, int crc) {

    static Entry dropped(FileId id) {
      return new Entry(id, 0, 0, DROPPED, 0);
    }

    boolean isDrop() {
      return block == DROPPED;
    }
  }

  private final FileChannel channel;

  private IndexLog(FileChannel channel) {
    this.channel = channel;
  }

  /** Reads every intact entry, in order. A missing log is an empty one. */
  static void replay(Path file, Consumer<Entry> entries) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (FileChannel log = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(ENTRY_BYTES * 4096);
      while (log.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.remaining() >= ENTRY_BYTES) {
          int crc = crc(buffer.slice(buffer.position(), ENTRY_BYTES - Integer.BYTES));
          Entry entry =
              new Entry(
                  FileId.read(buffer),
                  buffer.getLong(),
                  buffer.getInt(),
                  buffer.getInt(),
                  buffer.getInt());
          if (buffer.getInt() != crc) {
            return;
          }
          entries.accept(entry);
        }
        buffer.compact();
      }
    }
  }

  /**
   * Replaces the log by one with only the given entries, and opens it for more.
   *
   * @param writer hands each entry that is still true to the consumer it gets
   */
  static IndexLog rewrite(Path file, Consumer<Consumer<Entry>> writer) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocate(ENTRY_BYTES * 4096);
      IOException[] failure = {null};
      writer.accept(
          entry -> {
            encode(entry, buffer);
            if (!buffer.hasRemaining() && failure[0] == null) {
              try {
                writeFully(out, buffer.flip());
              } catch (IOException e) {
                failure[0] = e;
              }
              buffer.clear();
            }
          });
      if (failure[0] != null) {
        throw failure[0];
      }
      writeFully(out, buffer.flip());
      out.force(false);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    return new IndexLog(
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
  }

  synchronized void append(Entry entry) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(ENTRY_BYTES);
    encode(entry, buffer);
    writeFully(channel, buffer.flip());
  }

  private static void encode(Entry entry, ByteBuffer buffer) {
    int start = buffer.position();
    buffer
        .putLong(entry.id.high())
        .putLong(entry.id.low())
        .putLong(entry.fileLength)
        .putInt(entry.blockBytes)
        .putInt(entry.block)
        .putInt(entry.crc);
    buffer.putInt(crc(buffer.slice(start, ENTRY_BYTES - Integer.BYTES)));
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

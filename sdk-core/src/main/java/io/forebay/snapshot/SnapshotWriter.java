package io.forebay.snapshot;

import io.forebay.FileStatus;
import io.forebay.understore.Utf8;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Writes a snapshot file, entry by entry in order. The file has its name when it is whole. Used by
 * one thread.
 *
 * <p>Layout, big-endian: magic (u64); blocks of entries, each with its length (u32) and CRC32C
 * (u32) before it; index: for each block its offset (u64) and first path (u16 and UTF-8); trailer:
 * offset (u64), blocks (u32) and CRC32C (u32) of the index, the six numbers of {@link SnapshotInfo}
 * (u64), CRC32C of the trailer so far (u32), magic (u64). Files of the first version have five
 * numbers, without what was unreadable.
 */
final class SnapshotWriter implements Closeable {

  static final long MAGIC = 0x4642534e41503032L; // FBSNAP02
  static final long FIRST_MAGIC = 0x4642534e41503031L; // FBSNAP01
  static final int TRAILER_BYTES = 2 * Long.BYTES + 3 * Integer.BYTES + 6 * Long.BYTES;
  static final int FIRST_TRAILER_BYTES = TRAILER_BYTES - Long.BYTES;

  /** Of entries: by path, and of one path the file first. */
  static final Comparator<FileStatus> ORDER =
      Comparator.comparing(FileStatus::path, Utf8.ORDER).thenComparing(FileStatus::directory);

  private record IndexEntry(long offset, String first) {}

  private final Path file;
  private final Path unfinished;
  private final long createdMillis;
  private final FileChannel channel;
  private final DataOutputStream out;
  private final EntryBlock block;
  private final List<IndexEntry> index = new ArrayList<>();
  private long offset;
  private String first;
  private FileStatus last;
  private long files;
  private long bytes;
  private long directories;

  /**
   * @param createdMillis when the listing began
   * @param level of compression, 1 to 9
   */
  SnapshotWriter(Path file, long createdMillis, int level) throws IOException {
    this.file = file;
    this.unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    this.createdMillis = createdMillis;
    this.channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    this.out =
        new DataOutputStream(
            new BufferedOutputStream(Channels.newOutputStream(channel), 256 << 10));
    this.block = new EntryBlock(level);
    out.writeLong(MAGIC);
    offset = Long.BYTES;
  }

  /** Adds what comes next; of two entries of one path and kind the first counts. */
  void add(FileStatus entry) throws IOException {
    int order = last == null ? -1 : ORDER.compare(last, entry);
    if (order == 0) {
      return; // an object that changed while it was listed comes twice
    }
    if (order > 0) {
      throw new IllegalArgumentException(entry.path() + " comes after " + last.path());
    }
    if (block.isEmpty()) {
      first = entry.path();
    }
    block.add(entry);
    last = entry;
    if (entry.directory()) {
      directories++;
    } else {
      files++;
      bytes += entry.size();
    }
    if (block.isFull()) {
      flush();
    }
  }

  private void flush() throws IOException {
    byte[] encoded = block.take();
    index.add(new IndexEntry(offset, first));
    out.writeInt(encoded.length);
    out.writeInt(EntryBlock.crc(ByteBuffer.wrap(encoded)));
    out.write(encoded);
    offset += 2 * Integer.BYTES + encoded.length;
  }

  /**
   * Gives the file its name.
   *
   * @param leftOut entries that are not in it
   * @param unreadable likewise, because they could not be read
   */
  SnapshotInfo finish(long leftOut, long unreadable) throws IOException {
    if (!block.isEmpty()) {
      flush();
    }
    int size = 0;
    List<byte[]> paths = new ArrayList<>();
    for (IndexEntry entry : index) {
      byte[] path = entry.first.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      paths.add(path);
      size += Long.BYTES + Short.BYTES + path.length;
    }
    ByteBuffer indexBytes = ByteBuffer.allocate(size);
    for (int i = 0; i < paths.size(); i++) {
      indexBytes.putLong(index.get(i).offset).putShort((short) paths.get(i).length);
      indexBytes.put(paths.get(i));
    }
    out.write(indexBytes.flip().array());
    ByteBuffer trailer =
        ByteBuffer.allocate(TRAILER_BYTES)
            .putLong(offset)
            .putInt(index.size())
            .putInt(EntryBlock.crc(indexBytes))
            .putLong(files)
            .putLong(bytes)
            .putLong(directories)
            .putLong(leftOut)
            .putLong(createdMillis)
            .putLong(unreadable);
    trailer.putInt(EntryBlock.crc(trailer.duplicate().flip())).putLong(MAGIC);
    out.write(trailer.array());
    out.flush();
    channel.force(true);
    channel.close();
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    return new SnapshotInfo(files, bytes, directories, leftOut, createdMillis, unreadable);
  }

  /** Leaves nothing behind of a file that was not finished. */
  @Override
  public void close() throws IOException {
    block.close();
    channel.close();
    Files.deleteIfExists(unfinished);
  }
}

package io.forebay.store;

import io.forebay.file.FileId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The append-only record of what a directory of a tier holds: one entry for each block that was
 * written whole, and one for each block or file that left. An entry reaches the page cache before
 * the block counts as present, so a killed process loses nothing that was complete.
 *
 * <p>An entry has 48 bytes, big-endian: FileId (16), hash of the data set's name (8), file length
 * (8), second of the epoch in which it was written (4), block number (4; its complement for a block
 * that left, {@link #FILE} for a file that did), CRC32C of the block (4), CRC32C of the 44 bytes
 * before (4). The first entry is a header: the format, and the block size as its length. Reading
 * stops at the first entry whose own checksum is wrong: that is where a crash tore the log.
 */
final class IndexLog implements Closeable {

  private static final int ENTRY_BYTES = 48;
  private static final int FILE = Integer.MIN_VALUE;
  private static final FileId HEADER = new FileId(0x464f524542415920L, 2);

  /** Entries about what left that make rewriting worth while. */
  private static final long WORTH_REWRITING = 1 << 18;

  record Entry(FileId id, long dataSet, long fileLength, int seconds, int block, int crc) {

    static Entry fileLeft(FileId id) {
      return new Entry(id, 0, 0, 0, FILE, 0);
    }

    static Entry blockLeft(FileId id, int block) {
      return new Entry(id, 0, 0, 0, ~block, 0);
    }

    boolean isFileLeft() {
      return block == FILE;
    }

    boolean isBlockLeft() {
      return block < 0 && block != FILE;
    }

    /** The block it is about. */
    int blockNumber() {
      return block < 0 ? ~block : block;
    }
  }

  private final Path file;
  private final int blockBytes;
  private FileChannel channel;
  private long entries;
  private long obsolete;
  private long unreadable;
  private boolean isNew;
  private boolean unsynced;

  /** What was appended while a new log is being written; null otherwise. */
  private List<Entry> meanwhile;

  private IndexLog(Path file, int blockBytes, FileChannel channel) {
    this.file = file;
    this.blockBytes = blockBytes;
    this.channel = channel;
  }

  /**
   * Reads every intact entry, in order, and opens the log for more. A missing log, and one of
   * another format or block size, is an empty one.
   */
  static IndexLog open(Path file, int blockBytes, Consumer<Entry> replayed) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      IndexLog log = new IndexLog(file, blockBytes, channel);
      log.replay(replayed);
      return log;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Entries that were there and could not be read, half ones too; those behind the first bad one.
   */
  long unreadable() {
    return unreadable;
  }

  synchronized long entries() {
    return entries;
  }

  /** Whether there was no log, or none of this format and block size. */
  boolean isNew() {
    return isNew;
  }

  private void replay(Consumer<Entry> replayed) throws IOException {
    long there = (channel.size() + ENTRY_BYTES - 1) / ENTRY_BYTES;
    ByteBuffer buffer = ByteBuffer.allocateDirect(ENTRY_BYTES * 8192);
    CRC32C crc = new CRC32C();
    boolean intact = true;
    while (intact && channel.read(buffer) >= 0) {
      buffer.flip();
      while (intact && buffer.remaining() >= ENTRY_BYTES) {
        Entry entry = decode(buffer, crc);
        intact = entry != null && (entries > 0 || isHeader(entry));
        if (intact) {
          if (entries++ > 0) {
            if (entry.block < 0) {
              obsolete += 2;
            }
            replayed.accept(entry);
          }
        }
      }
      buffer.compact();
    }
    unreadable = there - entries;
    channel.truncate(entries * ENTRY_BYTES).position(entries * ENTRY_BYTES);
    isNew = entries == 0;
    if (isNew) {
      append(header());
    }
  }

  private Entry header() {
    return new Entry(HEADER, 0, blockBytes, 0, 0, 0);
  }

  private boolean isHeader(Entry entry) {
    return entry.id.equals(HEADER) && entry.fileLength == blockBytes;
  }

  synchronized void append(Entry entry) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(ENTRY_BYTES);
    encode(entry, buffer);
    buffer.flip();
    long end = channel.position();
    try {
      writeFully(channel, buffer);
    } catch (IOException e) {
      cutBack(end);
      throw e;
    }
    entries++;
    unsynced = true;
    if (entry.block < 0) {
      obsolete += 2;
    }
    if (meanwhile != null) {
      meanwhile.add(entry);
    }
  }

  /** Part of an entry would end every later reading of the log right there. */
  private void cutBack(long end) {
    try {
      channel.truncate(end).position(end);
    } catch (IOException e) {
      // The directory is failing, and its next opening reads as far as it can.
    }
  }

  /** Has the disk keep what was appended, against a loss of power. */
  void sync() throws IOException {
    FileChannel current;
    synchronized (this) {
      if (!unsynced) {
        return;
      }
      unsynced = false;
      current = channel;
    }
    current.force(false);
  }

  /** Whether much of the log is about what is not there any more. */
  synchronized boolean isWorthRewriting() {
    return obsolete > WORTH_REWRITING && obsolete > entries / 2;
  }

  /**
   * Replaces the log by one that has only what is still true. Appending goes on meanwhile.
   *
   * @param writer hands each block that is there to the consumer it gets
   */
  void rewrite(Consumer<Consumer<Entry>> writer) throws IOException {
    synchronized (this) {
      meanwhile = new ArrayList<>();
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    FileChannel out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    try {
      Writer entriesOut = new Writer(out);
      entriesOut.accept(header());
      writer.accept(entriesOut);
      synchronized (this) {
        meanwhile.forEach(entriesOut);
        entriesOut.finish();
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        channel.close();
        channel = out;
        entries = entriesOut.count;
        obsolete = 0;
      }
    } catch (IOException e) {
      out.close();
      Files.deleteIfExists(fresh);
      throw e;
    } finally {
      synchronized (this) {
        meanwhile = null;
      }
    }
  }

  /** Gathers entries into large writes; a failure waits for {@link #finish}. */
  private static final class Writer implements Consumer<Entry> {

    private final FileChannel out;
    private final ByteBuffer buffer = ByteBuffer.allocate(ENTRY_BYTES * 4096);
    private long count;
    private IOException failure;

    Writer(FileChannel out) {
      this.out = out;
    }

    @Override
    public void accept(Entry entry) {
      encode(entry, buffer);
      count++;
      if (!buffer.hasRemaining()) {
        flush();
      }
    }

    private void flush() {
      try {
        if (failure == null) {
          writeFully(out, buffer.flip());
        }
      } catch (IOException e) {
        failure = e;
      }
      buffer.clear();
    }

    void finish() throws IOException {
      flush();
      if (failure != null) {
        throw failure;
      }
      out.force(false);
    }
  }

  private static void encode(Entry entry, ByteBuffer buffer) {
    int start = buffer.position();
    buffer
        .putLong(entry.id.high())
        .putLong(entry.id.low())
        .putLong(entry.dataSet)
        .putLong(entry.fileLength)
        .putInt(entry.seconds)
        .putInt(entry.block)
        .putInt(entry.crc);
    CRC32C crc = new CRC32C();
    crc.update(buffer.slice(start, ENTRY_BYTES - Integer.BYTES));
    buffer.putInt((int) crc.getValue());
  }

  /** Null for an entry that is not intact. */
  private static Entry decode(ByteBuffer buffer, CRC32C crc) {
    crc.reset();
    int limit = buffer.limit();
    int start = buffer.position();
    buffer.limit(start + ENTRY_BYTES - Integer.BYTES);
    crc.update(buffer);
    buffer.limit(limit);
    boolean intact = buffer.getInt() == (int) crc.getValue();
    buffer.position(start);
    Entry entry = intact ? entry(buffer) : null;
    buffer.position(start + ENTRY_BYTES);
    return entry;
  }

  private static Entry entry(ByteBuffer buffer) {
    return new Entry(
        FileId.read(buffer),
        buffer.getLong(),
        buffer.getLong(),
        buffer.getInt(),
        buffer.getInt(),
        buffer.getInt());
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }
}

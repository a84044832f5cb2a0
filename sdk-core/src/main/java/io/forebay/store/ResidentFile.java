package io.forebay.store;

import io.forebay.metadata.FileId;
import io.forebay.metadata.TierLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.zip.CRC32C;

/**
 * The bytes of one file version on this node: one sparse file, the blocks that are there, their
 * checksums, and which of them were verified since the store was opened. Thread-safe.
 */
public final class ResidentFile {

  private final NodeStore store;
  private final FileId id;
  private final long length;
  private final int blockBytes;
  private final int[] crcs;
  private final BitSet present = new BitSet();
  private final BitSet verified = new BitSet();
  private FileChannel writer;
  private boolean dropped;

  ResidentFile(NodeStore store, FileId id, long length, int blockBytes) {
    this.store = store;
    this.id = id;
    this.length = length;
    this.blockBytes = blockBytes;
    this.crcs = new int[blocks()];
  }

  FileId id() {
    return id;
  }

  public long length() {
    return length;
  }

  /** How many blocks the file has; an empty file has none. */
  public int blocks() {
    return Math.toIntExact((length + blockBytes - 1) / blockBytes);
  }

  /** The block that a byte lies in. */
  public int blockAt(long position) {
    return (int) (position / blockBytes);
  }

  public long blockStart(int block) {
    return (long) block * blockBytes;
  }

  public int blockLength(int block) {
    return (int) Math.min(blockBytes, length - blockStart(block));
  }

  /**
   * Whether a block can be read. A block from an earlier run is checked against its checksum when
   * it is first asked for; one that fails takes its file out of the store, and this returns false.
   */
  public boolean has(int block) {
    synchronized (this) {
      if (verified.get(block)) {
        return true;
      }
      if (!present.get(block) || dropped) {
        return false;
      }
    }
    return store.verify(this, block);
  }

  /** Whether every block can be read, checked as {@link #has} does. */
  public boolean complete() {
    for (int block = 0; block < blocks(); block++) {
      if (!has(block)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads bytes that were written, from blocks that are present or still arriving.
   *
   * @param position of the first byte; {@code position + target.remaining() <= length}
   */
  public void read(long position, ByteBuffer target) throws TierException {
    try (TierChannel open = open()) {
      long at = position;
      while (target.hasRemaining()) {
        int n = open.channel().read(target, at);
        if (n < 0) {
          throw new IOException("ends at byte " + at + " of " + length);
        }
        at += n;
      }
    } catch (IOException e) {
      throw new TierException("cannot read " + path(), e);
    }
  }

  /** Opens the file for reading, or joins those who have it open. */
  public TierChannel open() throws IOException {
    return store.openFiles().open(this);
  }

  /** A channel of its own, whatever the file's name is at the moment. */
  FileChannel openForReading() throws IOException {
    Path path = path();
    try {
      return FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      Path renamed = path();
      if (renamed.equals(path)) {
        throw e;
      }
      return FileChannel.open(renamed, StandardOpenOption.READ);
    }
  }

  /** Where the file is now. */
  public synchronized Path path() {
    return allPresent()
        ? TierLayout.complete(store.directory(), id)
        : TierLayout.part(store.directory(), id);
  }

  /** Starts writing a block whose space is reserved. One writer at a time for each block. */
  public BlockWriter write(int block) throws TierException {
    try {
      return new BlockWriter(block, writer());
    } catch (IOException e) {
      throw new TierException("cannot create " + path(), e);
    }
  }

  private synchronized FileChannel writer() throws IOException {
    if (dropped) {
      throw new IOException("the file was dropped from the store");
    }
    if (writer == null) {
      Path part = TierLayout.part(store.directory(), id);
      Files.createDirectories(part.getParent());
      writer = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
    return writer;
  }

  synchronized boolean allPresent() {
    return present.cardinality() == blocks();
  }

  synchronized long presentBytes() {
    return present.stream().mapToLong(this::blockLength).sum();
  }

  synchronized int crc(int block) {
    return crcs[block];
  }

  synchronized BitSet presentBlocks() {
    return (BitSet) present.clone();
  }

  /** Takes over a block that the log tells of; it is not verified yet. */
  synchronized void recover(int block, int crc) {
    crcs[block] = crc;
    present.set(block);
  }

  synchronized void markVerified(int block) {
    verified.set(block);
  }

  /** Whether every block is here and was verified, without looking at the disk. */
  public synchronized boolean isVerified() {
    return !dropped && verified.cardinality() == blocks();
  }

  /** Marks the file as gone; true for the first caller. */
  synchronized boolean drop() {
    boolean first = !dropped;
    dropped = true;
    present.clear();
    verified.clear();
    closeWriter();
    return first;
  }

  /** Whether the store dropped the file; a new one can be admitted in its place. */
  public synchronized boolean isGone() {
    return dropped;
  }

  /** Marks a file without blocks as gone, and removes what an unfinished block left on disk. */
  synchronized boolean dropIfEmpty() throws IOException {
    if (dropped || !present.isEmpty()) {
      return false;
    }
    if (writer != null) {
      Files.deleteIfExists(TierLayout.part(store.directory(), id));
    }
    return drop();
  }

  /** Makes a written block present, and gives the file its final name with the last one. */
  private synchronized void commit(int block, int crc) throws IOException {
    if (dropped) {
      throw new IOException("the file was dropped from the store");
    }
    crcs[block] = crc;
    store.record(new IndexLog.Entry(id, length, blockBytes, block, crc));
    if (present.cardinality() + 1 == blocks()) {
      Files.move(
          TierLayout.part(store.directory(), id),
          TierLayout.complete(store.directory(), id),
          StandardCopyOption.ATOMIC_MOVE);
      closeWriter();
    }
    present.set(block);
    verified.set(block);
  }

  private void closeWriter() {
    if (writer != null) {
      try {
        writer.close();
      } catch (IOException e) {
        // Everything that counts was written; a failed close cannot take it back.
      }
      writer = null;
    }
  }

  /** Writes one block from its start to its end. Used by one thread. */
  public final class BlockWriter {

    private final int block;
    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private int written;

    private BlockWriter(int block, FileChannel channel) {
      this.block = block;
      this.channel = channel;
    }

    /** Appends bytes to the block; they can be read as soon as this returns. */
    public void append(ByteBuffer bytes) throws TierException {
      crc.update(bytes.duplicate());
      try {
        while (bytes.hasRemaining()) {
          written += channel.write(bytes, blockStart(block) + written);
        }
      } catch (IOException e) {
        throw new TierException("cannot write " + path(), e);
      }
    }

    /** Ends the block: from now on it is resident. */
    public void commit() throws TierException {
      if (written != blockLength(block)) {
        throw new IllegalStateException(
            "block " + block + " of " + id + " has " + written + " bytes");
      }
      try {
        ResidentFile.this.commit(block, (int) crc.getValue());
      } catch (IOException e) {
        throw new TierException("cannot finish " + path(), e);
      }
      if (isVerified()) {
        store.publish(ResidentFile.this);
      }
    }
  }
}

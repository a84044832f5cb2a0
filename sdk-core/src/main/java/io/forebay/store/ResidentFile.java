package io.forebay.store;

import io.forebay.file.FileId;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The bytes of one file version on this node: a handle on a record of the index. It stays good when
 * the file moves to another tier, and tells when the file was dropped. Thread-safe.
 */
public final class ResidentFile {

  private final NodeStore store;
  private final Segment segment;
  private final int slot;
  private final int stamp;
  private final FileId id;
  private final Blocks blocks;

  /** To be called under the segment's lock. */
  ResidentFile(NodeStore store, Segment segment, int slot) {
    this.store = store;
    this.segment = segment;
    this.slot = slot;
    this.stamp = segment.stamp(slot);
    this.id = segment.id(slot);
    this.blocks = new Blocks(segment.length(slot), store.blockBytes());
  }

  FileId id() {
    return id;
  }

  Segment segment() {
    return segment;
  }

  int slot() {
    return slot;
  }

  public Blocks blocks() {
    return blocks;
  }

  /** To be called under the segment's lock. */
  boolean isAlive() {
    return segment.isAlive(slot, stamp);
  }

  /** Whether the store dropped the file; another can be admitted in its place. */
  public boolean isGone() {
    synchronized (segment) {
      return !isAlive();
    }
  }

  /**
   * Whether a block can be read. A block from an earlier run is checked against its checksum when
   * it is first asked for; one that fails leaves the store, and this returns false.
   */
  public boolean has(int block) {
    synchronized (segment) {
      if (!isAlive() || !segment.isPresent(slot, block)) {
        return false;
      }
      if (segment.isVerified(slot, block)) {
        return true;
      }
    }
    return store.integrity().check(this, block);
  }

  /**
   * Whether every byte of a range can be read, checked as {@link #has(int)} does.
   *
   * @param offset of the first byte; {@code offset + length <= size}
   */
  public boolean has(long offset, long length) {
    if (length == 0) {
      return true;
    }
    int last = blocks.at(offset + length - 1);
    for (int block = blocks.at(offset); block <= last; block++) {
      if (!has(block)) {
        return false;
      }
    }
    return true;
  }

  /** Whether every block can be read, checked as {@link #has(int)} does. */
  public boolean complete() {
    for (int block = 0; block < blocks.count(); block++) {
      if (!has(block)) {
        return false;
      }
    }
    return true;
  }

  /** Whether every block is here and was verified, without looking at the disk. */
  public boolean isVerified() {
    synchronized (segment) {
      return isAlive() && segment.is(slot, Segment.VERIFIED);
    }
  }

  /**
   * Has every block checked again before it is served: somebody failed to read the file past this
   * store, so its disk may be at fault.
   */
  public void requireVerification() {
    synchronized (segment) {
      if (isAlive()) {
        segment.unverified(slot);
        store.listener().gone(id);
      }
    }
  }

  /** Bytes that it takes on disk. */
  long allocated() {
    synchronized (segment) {
      return isAlive() ? segment.allocated(slot, blocks) : 0;
    }
  }

  /**
   * Reads bytes of blocks that are present.
   *
   * @param position of the first byte; {@code position + target.remaining() <= length}
   */
  public void read(long position, ByteBuffer target) throws TierException {
    try (TierChannel open = open()) {
      readFully(open.channel(), position, target);
    } catch (IOException e) {
      throw store.broken(this, "cannot read " + id, e);
    }
  }

  static void readFully(FileChannel channel, long position, ByteBuffer target) throws IOException {
    long at = position;
    while (target.hasRemaining()) {
      int n = channel.read(target, at);
      if (n < 0) {
        throw new EOFException("ends at byte " + at);
      }
      at += n;
    }
  }

  /** Opens the file for reading, or joins those who have it open. */
  public TierChannel open() throws IOException {
    return store.openFiles().open(this);
  }

  /** A channel of its own, whatever the file's name is at the moment. */
  FileChannel openForReading() throws IOException {
    while (true) {
      Path path = path();
      try {
        return FileChannel.open(path, StandardOpenOption.READ);
      } catch (NoSuchFileException e) {
        if (path.equals(path())) {
          throw e;
        }
        // Completed or moved in between.
      }
    }
  }

  /**
   * Where the file is now.
   *
   * @throws IOException when it was dropped
   */
  public Path path() throws IOException {
    synchronized (segment) {
      if (!isAlive()) {
        throw new IOException("the file was dropped from the store");
      }
      TierDirectory directory = store.directory(segment.directory(slot));
      return segment.is(slot, Segment.COMPLETE) ? directory.complete(id) : directory.part(id);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ResidentFile that
        && that.segment == segment
        && that.slot == slot
        && that.stamp == stamp;
  }

  @Override
  public int hashCode() {
    return (int) id.low();
  }

  @Override
  public String toString() {
    return id.toString();
  }
}

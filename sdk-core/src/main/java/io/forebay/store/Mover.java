package io.forebay.store;

import io.forebay.file.FileId;
import io.forebay.limit.RateLimit;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves complete files between tiers, at a bounded pace, while they are read. */
final class Mover {

  private static final Logger log = LoggerFactory.getLogger(Mover.class);

  private final NodeStore store;
  private final RateLimit pace;

  Mover(NodeStore store) {
    this.store = store;
    this.pace = new RateLimit(store.options().moveBytesPerSecond());
  }

  /**
   * Moves a file, checking each block on the way.
   *
   * @return the bytes that became free where it was; 0 when it did not move
   */
  long move(FileId id, int toTier) throws InterruptedIOException {
    Optional<ResidentFile> found = store.find(id);
    if (found.isEmpty()) {
      return 0;
    }
    ResidentFile file = found.get();
    Segment segment = file.segment();
    TierDirectory from;
    long bytes;
    synchronized (segment) {
      int slot = file.slot();
      if (!file.isAlive()
          || !segment.is(slot, Segment.COMPLETE)
          || segment.is(slot, Segment.MOVING)) {
        return 0;
      }
      from = store.directory(segment.directory(slot));
      if (from.tier() == toTier) {
        return 0;
      }
      bytes = segment.allocated(slot, file.blocks());
    }
    Optional<TierDirectory> to = store.room().takeIn(toTier, bytes);
    if (to.isEmpty()) {
      return 0;
    }
    boolean moved = false;
    int change = -1;
    try {
      change = to.get().inFlight().begin(id, 0);
      setMoving(file, true);
      moved = copy(file, to.get()) && switchTo(file, from, to.get());
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      if (!file.isGone()) {
        log.debug("cannot move {}", file, e);
        store.broken(to.get(), "cannot move " + file, e);
      }
    } finally {
      setMoving(file, false);
      if (!moved) {
        NodeStore.deleteQuietly(to.get().movePath(id));
      }
      if (change >= 0) {
        to.get().inFlight().end(change);
      }
      (moved ? from : to.get()).release(bytes);
    }
    if (moved) {
      store.relocated(file);
      store.moved(toTier < from.tier());
    }
    return moved ? bytes : 0;
  }

  private static void setMoving(ResidentFile file, boolean moving) {
    synchronized (file.segment()) {
      if (file.isAlive()) {
        file.segment().set(file.slot(), Segment.MOVING, moving);
      }
    }
  }

  /** Whether every block was copied as its checksum says; a bad one takes the file out. */
  private boolean copy(ResidentFile file, TierDirectory to) throws IOException {
    Blocks blocks = file.blocks();
    try (TierChannel source = file.open();
        FileChannel target = TierDirectory.openForWriting(to.movePath(file.id()))) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(blocks.length(), blocks.blockBytes()));
      for (int block = 0; block < blocks.count(); block++) {
        if (!file.has(block)) {
          return false;
        }
        pace.take(blocks.length(block));
        buffer.clear().limit(blocks.length(block));
        ResidentFile.readFully(source.channel(), blocks.start(block), buffer);
        int crc;
        synchronized (file.segment()) {
          if (!file.isAlive()) {
            return false;
          }
          crc = file.segment().crc(file.slot(), block);
        }
        if (Integrity.crc(buffer.flip()) != crc) {
          store.integrity().foundBad(file, block);
          return false;
        }
        buffer.rewind();
        while (buffer.hasRemaining()) {
          target.write(buffer);
        }
      }
      return true;
    }
  }

  /** Makes the copy the file. */
  private boolean switchTo(ResidentFile file, TierDirectory from, TierDirectory to)
      throws IOException {
    Segment segment = file.segment();
    synchronized (segment) {
      if (!file.isAlive()) {
        return false;
      }
      int slot = file.slot();
      Path copy = to.complete(file.id());
      Files.move(to.movePath(file.id()), copy, StandardCopyOption.ATOMIC_MOVE);
      try {
        for (int block = 0; block < file.blocks().count(); block++) {
          to.index().append(store.entry(segment, slot, block));
        }
      } catch (IOException e) {
        Files.deleteIfExists(copy);
        throw e;
      }
      segment.directory(slot, to.number());
      NodeStore.deleteQuietly(from.complete(file.id()));
      try {
        from.index().append(IndexLog.Entry.fileLeft(file.id()));
      } catch (IOException e) {
        log.debug("cannot write the log of {}", from.path(), e);
      }
      return true;
    }
  }
}

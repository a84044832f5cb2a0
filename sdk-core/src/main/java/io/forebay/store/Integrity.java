package io.forebay.store;

import io.forebay.file.FileId;
import io.forebay.limit.Descriptors;
import io.forebay.limit.RateLimit;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares blocks with their checksums: when they are first served after a start, and now and then
 * as the scrub. A bad block leaves the store and is fetched again. Thread-safe.
 */
final class Integrity {

  private static final Logger log = LoggerFactory.getLogger(Integrity.class);

  /** O_DIRECT; by its name, for the compiler has a warning for it that cannot be turned off. */
  private static final Optional<OpenOption> DIRECT = direct();

  private static final int PIECE_BYTES = 128 << 10;

  private static Optional<OpenOption> direct() {
    try {
      for (Object option :
          Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
        if (option instanceof OpenOption open && option.toString().equals("DIRECT")) {
          return Optional.of(open);
        }
      }
    } catch (ClassNotFoundException e) {
      // Another vendor's JDK: the page cache is read instead.
    }
    return Optional.empty();
  }

  private final NodeStore store;
  private final LongAdder corrupt = new LongAdder();
  private final LongAdder scrubbed = new LongAdder();

  Integrity(NodeStore store) {
    this.store = store;
  }

  long corruptBlocks() {
    return corrupt.sum();
  }

  long scrubbedBlocks() {
    return scrubbed.sum();
  }

  /** Checks a block that is present and not verified yet; one that is bad is gone on return. */
  boolean check(ResidentFile file, int block) {
    Segment segment = file.segment();
    String trouble;
    try {
      int crc;
      try (TierChannel open = file.open()) {
        crc = crc(open.channel(), file.blocks().start(block), file.blocks().length(block));
      }
      synchronized (segment) {
        if (!file.isAlive() || !segment.isPresent(file.slot(), block)) {
          return false;
        }
        if (crc == segment.crc(file.slot(), block)) {
          segment.verified(file.slot(), block);
          trouble = null;
        } else {
          trouble = "differs from its checksum";
        }
      }
    } catch (IOException e) {
      if (file.isGone() || Descriptors.isExhaustion(e)) {
        return false;
      }
      trouble = e.toString();
    }
    if (trouble == null) {
      store.publishIfVerified(file);
      return true;
    }
    log.warn("block {} of {}: {}; dropping the block", block, file, trouble);
    corrupt.increment();
    takeOut(file, block);
    return false;
  }

  /** A block that had been verified turned bad: others may be reading it, so its file goes. */
  void foundBad(ResidentFile file, int block) {
    log.warn("block {} of {} has become bad; dropping the file", block, file);
    corrupt.increment();
    store.drop(file);
  }

  /** Nobody reads a block before it is verified, so a bad one may become a hole. */
  private void takeOut(ResidentFile file, int block) {
    Segment segment = file.segment();
    synchronized (segment) {
      int slot = file.slot();
      if (file.isAlive() && !segment.is(slot, Segment.COMPLETE)) {
        TierDirectory directory = store.directory(segment.directory(slot));
        if (NodeStore.punch(directory.part(file.id()), file.blocks(), block)) {
          segment.removeBlock(slot, block);
          int bytes = file.blocks().allocated(block);
          directory.release(bytes);
          DataSetUsage usage = store.usages().get(segment.dataSet(slot));
          usage.release(bytes);
          if (segment.is(slot, Segment.COPY)) {
            usage.copied(-bytes);
          }
          try {
            directory.index().append(IndexLog.Entry.blockLeft(file.id(), block));
          } catch (IOException e) {
            log.debug("cannot write the log; the next check finds the block bad again", e);
          }
          if (!segment.isEmpty(slot)) {
            return;
          }
        }
      }
    }
    store.drop(file);
  }

  /** Piece by piece: as many blocks are checked at a time as there are readers. */
  private static int crc(FileChannel channel, long start, int length) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer piece = ByteBuffer.allocate(Math.min(PIECE_BYTES, length));
    for (int at = 0; at < length; at += piece.limit()) {
      piece.clear().limit(Math.min(piece.capacity(), length - at));
      ResidentFile.readFully(channel, start + at, piece);
      crc.update(piece.flip());
    }
    return (int) crc.getValue();
  }

  static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** Checks everything once, as fast as it goes; returns how many blocks were bad. */
  long scrubAll() throws IOException {
    return scrub(new RateLimit(0), () -> false);
  }

  /** Whether to stop. */
  interface Stop {
    boolean asked();
  }

  /** Checks everything once. */
  long scrub(RateLimit pace, Stop stop) throws InterruptedIOException {
    List<FileId> files = new ArrayList<>();
    long bad = 0;
    // Prefix by prefix, so that the list stays small.
    for (int prefix = 0; prefix < 256 && !stop.asked(); prefix++) {
      int wanted = prefix;
      files.clear();
      store
          .table()
          .forEachIn(
              (long) prefix << 56,
              (segment, slot) -> {
                if (segment.high(slot) >>> 56 == wanted) {
                  files.add(segment.id(slot));
                }
              });
      for (FileId id : files) {
        if (stop.asked()) {
          break;
        }
        bad += store.find(id).map(file -> isBad(file, pace) ? 1 : 0).orElse(0);
      }
    }
    return bad;
  }

  /** Reads a whole file from its disk; one with a bad block is dropped. */
  private boolean isBad(ResidentFile file, RateLimit pace) {
    Blocks blocks = file.blocks();
    try (FileChannel channel = openPastCache(file)) {
      ByteBuffer buffer = aligned((int) Math.min(blocks.length(), blocks.blockBytes()));
      for (int block = 0; block < blocks.count(); block++) {
        int crc;
        synchronized (file.segment()) {
          if (!file.isAlive() || !file.segment().isPresent(file.slot(), block)) {
            continue;
          }
          crc = file.segment().crc(file.slot(), block);
        }
        pace.take(blocks.length(block));
        buffer.clear();
        readBlock(channel, blocks, block, buffer);
        scrubbed.increment();
        if (crc(buffer.flip().limit(blocks.length(block))) != crc) {
          throw new IOException("block " + block + " has a wrong checksum");
        }
      }
      return false;
    } catch (IOException e) {
      if (file.isGone() || e instanceof InterruptedIOException || Descriptors.isExhaustion(e)) {
        return false;
      }
      log.warn("scrub: {}: {}; dropping the file", file, e.toString());
      corrupt.increment();
      store.broken(file, "cannot read " + file, e);
      return true;
    }
  }

  private static void readBlock(FileChannel channel, Blocks blocks, int block, ByteBuffer target)
      throws IOException {
    int length = blocks.length(block);
    while (target.position() < length) {
      int n = channel.read(target, blocks.start(block) + target.position());
      if (n < 0) {
        throw new IOException("ends within block " + block);
      }
    }
  }

  /**
   * Past the page cache: it is the disk that is to be looked at, and the cache to be left alone.
   */
  private static FileChannel openPastCache(ResidentFile file) throws IOException {
    Path path = file.path();
    if (DIRECT.isEmpty()) {
      return FileChannel.open(path, StandardOpenOption.READ);
    }
    try {
      return FileChannel.open(path, StandardOpenOption.READ, DIRECT.get());
    } catch (UnsupportedOperationException | IOException e) {
      if (!Files.exists(path)) {
        throw e;
      }
      return FileChannel.open(path, StandardOpenOption.READ);
    }
  }

  /** With room for the last page, for direct reads have whole pages. */
  private static ByteBuffer aligned(int bytes) {
    int pages = (bytes + Blocks.PAGE - 1) / Blocks.PAGE * Blocks.PAGE;
    return ByteBuffer.allocateDirect(pages + Blocks.PAGE).alignedSlice(Blocks.PAGE).limit(pages);
  }
}

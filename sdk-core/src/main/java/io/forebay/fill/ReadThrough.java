package io.forebay.fill;

import io.forebay.metadata.FileId;
import io.forebay.metadata.FileVersion;
import io.forebay.store.NodeStore;
import io.forebay.store.ResidentFile;
import io.forebay.store.TierException;
import io.forebay.understore.UnderStore;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads through the store: blocks that are missing are fetched once, however many readers want
 * them, and each reader goes on as soon as its own bytes have arrived. When the store is full or
 * its disk fails, bytes pass by it: a read succeeds as long as the under-store does. Thread-safe.
 */
public final class ReadThrough {

  private static final Logger log = LoggerFactory.getLogger(ReadThrough.class);

  /** Bytes taken from the under-store at a time. */
  private static final int CHUNK = 128 << 10;

  /** Blocks of one read that are on their way at a time. */
  private static final int AHEAD = 8;

  /**
   * A fill ends by itself, with the under-store's own time-outs and retries; this is a last net.
   */
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  private record BlockKey(FileId id, int block) {}

  private final NodeStore store;
  private final UnderStore underStore;
  private final FillThreads threads;
  private final Map<BlockKey, Fill> fills = new ConcurrentHashMap<>();

  public ReadThrough(NodeStore store, UnderStore underStore, FillThreads threads) {
    this.store = store;
    this.underStore = underStore;
    this.threads = threads;
  }

  /**
   * Fills the target from a file.
   *
   * @param offset of the first byte; {@code offset + target.remaining() <= size}
   */
  public void read(FileVersion version, long offset, ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return;
    }
    int start = target.position();
    ResidentFile file = store.admit(version);
    readResident(version, file, offset, target);
    if (target.hasRemaining() && file.isGone()) {
      // A block was bad and took its file out of the store: fetch it anew.
      file = store.admit(version);
      readResident(version, file, offset + target.position() - start, target);
    }
    if (target.hasRemaining()) {
      underStore.read(version.status(), offset + target.position() - start, target);
      store.forgetIfEmpty(file);
    }
  }

  /** Reads blocks in order, and stops early where the store cannot take or give one. */
  private void readResident(FileVersion version, ResidentFile file, long offset, ByteBuffer target)
      throws IOException {
    long position = offset;
    long end = offset + target.remaining();
    try {
      while (position < end) {
        int block = file.blockAt(position);
        startAhead(version, file, block, file.blockAt(end - 1));
        int inBlock = (int) (position - file.blockStart(block));
        int length = (int) Math.min(end - position, file.blockLength(block) - inBlock);
        awaitBytes(version, file, block, inBlock + length);
        file.read(position, target.slice(target.position(), length));
        target.position(target.position() + length);
        position += length;
      }
    } catch (NoRoomException e) {
      // Keep what is there; the rest passes by.
    } catch (TierException e) {
      log.warn("{}: going on without the store", version, e);
    }
  }

  /** Fetches what is missing of a file, later, and only as far as there is room. */
  public void prefetch(FileVersion version) {
    if (version.size() == 0) {
      return;
    }
    ResidentFile file = store.admit(version);
    for (int block = 0; block < file.blocks(); block++) {
      int wanted = block;
      try {
        threads.ahead().execute(() -> fillNow(version, file, wanted));
      } catch (RejectedExecutionException e) {
        return; // closing
      }
    }
  }

  private void startAhead(FileVersion version, ResidentFile file, int block, int last) {
    try {
      for (int next = block; next <= Math.min(last, block + AHEAD); next++) {
        if (!file.has(next) && !fills.containsKey(new BlockKey(version.id(), next))) {
          start(version, file, next);
        }
      }
    } catch (NoRoomException e) {
      // What is resident or on its way can be read all the same.
    }
  }

  private void awaitBytes(FileVersion version, ResidentFile file, int block, int bytes)
      throws IOException {
    while (!file.has(block)) {
      Fill fill = fills.get(new BlockKey(version.id(), block));
      if (fill == null) {
        fill = start(version, file, block);
      }
      if (fill != null) {
        fill.await(bytes, PATIENCE_NANOS);
        return;
      }
    }
  }

  /** Starts fetching a block; null when somebody else does, or just did. */
  private Fill start(FileVersion version, ResidentFile file, int block) throws NoRoomException {
    BlockKey key = new BlockKey(version.id(), block);
    Fill fresh = claim(version, file, key);
    if (fresh != null) {
      try {
        threads.demand().execute(() -> run(version, file, key, fresh));
      } catch (RejectedExecutionException e) {
        abandon(file, key, fresh, new IOException("the cache is being closed", e));
      }
    }
    return fresh;
  }

  private void fillNow(FileVersion version, ResidentFile file, int block) {
    BlockKey key = new BlockKey(version.id(), block);
    try {
      Fill fresh = claim(version, file, key);
      if (fresh != null) {
        run(version, file, key, fresh);
      }
    } catch (NoRoomException e) {
      store.forgetIfEmpty(file);
    }
  }

  /**
   * Makes the caller the one who fetches a block, and reserves its space; null when somebody else
   * does, or just did.
   */
  private Fill claim(FileVersion version, ResidentFile file, BlockKey key) throws NoRoomException {
    Fill fresh = new Fill(version + " block " + key.block);
    if (fills.putIfAbsent(key, fresh) != null) {
      return null;
    }
    // Only after the claim is it certain that nobody finishes the block between look and claim.
    if (file.has(key.block)) {
      fills.remove(key);
      fresh.done();
      return null;
    }
    if (file.isGone() || !store.reserve(file.blockLength(key.block))) {
      NoRoomException reason = new NoRoomException(version);
      fills.remove(key);
      fresh.failed(reason);
      throw reason;
    }
    return fresh;
  }

  private void run(FileVersion version, ResidentFile file, BlockKey key, Fill fill) {
    int length = file.blockLength(key.block);
    try (InputStream in = underStore.open(version.status(), file.blockStart(key.block), length)) {
      ResidentFile.BlockWriter writer = file.write(key.block);
      byte[] chunk = new byte[Math.min(CHUNK, length)];
      for (int left = length; left > 0; ) {
        int n = in.read(chunk, 0, Math.min(chunk.length, left));
        if (n < 0) {
          throw new EOFException(version + ": " + left + " bytes missing at the end");
        }
        if (threads.closing()) {
          throw new IOException(version + ": the cache is being closed");
        }
        writer.append(ByteBuffer.wrap(chunk, 0, n));
        left -= n;
        if (left == 0) {
          writer.commit();
        }
        fill.arrived(n);
      }
      fills.remove(key);
      fill.done();
    } catch (IOException e) {
      abandon(file, key, fill, e);
    } catch (RuntimeException | Error e) {
      abandon(file, key, fill, new IOException(version + ": fetching failed", e));
      throw e;
    }
  }

  private void abandon(ResidentFile file, BlockKey key, Fill fill, IOException reason) {
    store.release(file.blockLength(key.block));
    fills.remove(key);
    store.forgetIfEmpty(file);
    fill.failed(reason);
  }
}

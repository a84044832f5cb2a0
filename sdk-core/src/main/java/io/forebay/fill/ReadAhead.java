package io.forebay.fill;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.forebay.file.FileId;
import io.forebay.store.Blocks;

/**
 * How far to fetch ahead of a reader: four times as far each time a read goes on where the last one
 * ended, for a connection brings a block no sooner than the reader asks for it, and not at all
 * after a jump. Reads that are nearer to each other than a block may come in any order, as a kernel
 * that reads ahead itself sends them. Thread-safe.
 */
final class ReadAhead {

  /** Files being read piece by piece that are remembered. */
  private static final long FILES = 4096;

  /** Blocks ahead of a first read at the start of a file. */
  private static final int FIRST = 2;

  /** The same when it asks for a quarter of a block at once: nobody looks at a header like that. */
  private static final int FIRST_OF_LARGE = 8;

  private record Stream(long next, int window) {}

  private final Cache<FileId, Stream> streams = Caffeine.newBuilder().maximumSize(FILES).build();
  private final int mostBlocks;
  private final int blockBytes;

  /**
   * @param mostBytes the longest window
   */
  ReadAhead(long mostBytes, int blockBytes) {
    this.blockBytes = blockBytes;
    mostBlocks = (int) Math.max(1, mostBytes / blockBytes);
  }

  /**
   * The last block worth fetching for a read.
   *
   * @param end of the read, after its last byte
   */
  int lastBlock(FileId id, Blocks blocks, long offset, long end) {
    int last = blocks.at(end - 1);
    if (offset == 0 && end == blocks.length()) {
      return last; // a whole file: nothing to learn, nothing beyond
    }
    Stream stream = streams.asMap().compute(id, (same, before) -> next(before, offset, end));
    return (int) Math.min(blocks.count() - 1L, (long) last + stream.window);
  }

  private Stream next(Stream before, long offset, long end) {
    if (before == null) {
      return new Stream(
          end,
          offset > 0 ? 0 : Math.min(mostBlocks, 4 * end < blockBytes ? FIRST : FIRST_OF_LARGE));
    }
    if (Math.abs(offset - before.next) >= blockBytes) {
      return new Stream(end, 0);
    }
    return end <= before.next
        ? before
        : new Stream(end, Math.min(mostBlocks, Math.max(1, before.window * 4)));
  }
}

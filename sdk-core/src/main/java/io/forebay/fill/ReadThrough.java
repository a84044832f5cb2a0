package io.forebay.fill;

import io.forebay.file.FileVersion;
import io.forebay.limit.MemoryBudget;
import io.forebay.placement.Placement;
import io.forebay.store.BlockWriter;
import io.forebay.store.Blocks;
import io.forebay.store.NodeStore;
import io.forebay.store.Purpose;
import io.forebay.store.ResidentFile;
import io.forebay.store.TierException;
import io.forebay.understore.layer.Receiver;
import io.forebay.understore.layer.Source;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a data set through the store: blocks that are missing are fetched once, however many
 * readers want them, and each reader goes on as soon as its own bytes have arrived. Neighbouring
 * blocks come in one request. When the store is full or its disk fails, bytes pass by it: a read
 * succeeds as long as the under-store does, and is as fast where it goes on in order. Thread-safe.
 */
public final class ReadThrough {

  private static final Logger log = LoggerFactory.getLogger(ReadThrough.class);

  /** Bytes taken from the under-store at a time. */
  private static final int CHUNK = 128 << 10;

  /**
   * Blocks of one read that are on their way at a time. A connection to an object store has some 50
   * MB/s, so it takes a dozen of them to fill a link, whatever their latency.
   */
  private static final int AHEAD = 24;

  /** Requests over which the blocks of one read are spread, and most blocks of a request. */
  private static final int SPREAD = 12;

  private static final int RUN_BLOCKS = 4;

  /** Files that wait to be copied; others are read from their owners, and wait another time. */
  private static final int MOST_COPIES = 20_000;

  /**
   * A fill ends by itself, with the under-store's own time-outs and retries; this is a last net.
   */
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  /**
   * How blocks are fetched: who waits, on which threads, from which source.
   *
   * @param threads run the requests
   * @param asked for them
   * @param memory of them
   * @param purpose decides what they may ask of the store
   */
  private record FetchKind(
      RunsTasks threads, Source asked, MemoryBudget.Share memory, Purpose purpose) {}

  /** Threads that run tasks of several clients. */
  private interface RunsTasks {
    void run(Object client, Runnable task);
  }

  /** Says which parts of files this node is to have. Thread-safe. */
  @FunctionalInterface
  public interface Ownership {

    /**
     * @param extent of the file, from 0 ({@link Placement#extent})
     */
    boolean owns(FileVersion file, int extent);
  }

  private final NodeStore store;
  private final Ownership ownership;
  private final FillThreads threads;
  private final FetchKind waitedFor;
  private final FetchKind soon;
  private final FetchKind alone;
  private final FetchKind later;
  private final FetchKind loading;
  private final FetchKind copying;
  private final BypassBuffer bypass;
  private final ReadAhead readAhead;
  private final PrefetchQueue upcoming;
  private final Map<BlockKey, Fill> fills = new ConcurrentHashMap<>();

  /**
   * Who is asked for what is missing.
   *
   * @param demand for what a reader waits for
   * @param ahead for what nobody waits for yet; the same, but without what makes single answers
   *     come sooner at the cost of all others
   * @param alone for what a reader waits for, and no other node is to fetch
   * @param owners for copies: the nodes that own them
   */
  public record Sources(Source demand, Source ahead, Source alone, Source owners) {}

  /**
   * @param ownership what this node does not own is kept as a copy
   */
  public ReadThrough(
      NodeStore store,
      Ownership ownership,
      Sources sources,
      FillThreads threads,
      FillMemory memory,
      FillOptions options) {
    this.store = store;
    this.ownership = ownership;
    this.upcoming = new PrefetchQueue(store);
    this.threads = threads;
    MemoryBudget.Share demand = memory.demand().share();
    MemoryBudget.Share ahead = memory.ahead().share();
    RunsTasks caller = (client, task) -> task.run();
    this.waitedFor = new FetchKind(threads::demand, sources.demand, demand, Purpose.READ);
    this.soon = new FetchKind(threads::demand, sources.ahead, demand, Purpose.READ);
    this.alone = new FetchKind(threads::demand, sources.alone, demand, Purpose.READ);
    this.later = new FetchKind(caller, sources.ahead, ahead, Purpose.AHEAD);
    this.loading = new FetchKind(caller, sources.ahead, ahead, Purpose.LOAD);
    this.copying = new FetchKind(caller, sources.owners, ahead, Purpose.COPY);
    this.bypass = memory.bypass();
    this.readAhead = new ReadAhead(options.readAheadBytes(), store.blocks(0).blockBytes());
  }

  /** Blocks on their way. */
  public int fillsInFlight() {
    return fills.size();
  }

  /**
   * Fills the target from a file.
   *
   * @param offset of the first byte; {@code offset + target.remaining() <= size}
   */
  public void read(FileVersion version, long offset, ByteBuffer target) throws IOException {
    try (Reading reading = reading(version, offset, target.remaining(), false, Asker.NODE)) {
      reading.read(target);
    }
  }

  /**
   * Begins to read a range, to be taken piece by piece.
   *
   * @param offset of the first byte; {@code offset + length <= size}
   * @param alone whether no other node is to fetch what is missing
   * @param asker for whom; when it withdraws, reading fails
   */
  public Reading reading(
      FileVersion version, long offset, long length, boolean alone, Asker asker) {
    return new Reading(version, offset, length, alone, asker);
  }

  /** Reads a range from its start to its end. Used by one thread. */
  public final class Reading implements AutoCloseable {

    private final FileVersion version;
    private final Blocks blocks;
    private final long offset;
    private final long end;
    private final int last;
    private final FetchKind first;
    private final FetchKind next;
    private final Asker asker;

    /** Whether a store without room is passed by: a reader goes on, or takes the whole file. */
    private final boolean inOrder;

    private long position;
    private long hitBytes;

    // What the current position comes from, if not from the store.
    private Fill fill;
    private int fillBlock = -1;
    private int entered = -1;
    private InputStream direct;
    private long directEnd;

    private Reading(FileVersion version, long offset, long length, boolean alone, Asker asker) {
      this.version = version;
      this.asker = asker;
      this.first = alone ? ReadThrough.this.alone : waitedFor;
      this.next = alone ? ReadThrough.this.alone : soon;
      this.blocks = store.blocks(version.size());
      this.offset = offset;
      this.position = offset;
      this.end = offset + length;
      this.last =
          length == 0 ? -1 : lastOwned(readAhead.lastBlock(version.id(), blocks, offset, end));
      boolean goesOn = length > 0 && last > blocks.at(end - 1);
      this.inOrder = goesOn || length == blocks.length();
    }

    /** Another node fetches the next extent ahead of its readers, if it owns that. */
    private int lastOwned(int last) {
      long extentEnd = Placement.extentEnd(end - 1, version.size());
      return extentEnd == version.size() || ownership.owns(version, Placement.extent(extentEnd))
          ? last
          : Math.min(last, blocks.at(extentEnd - 1));
    }

    /** Fills the target with what comes next. */
    public void read(ByteBuffer target) throws IOException {
      while (target.hasRemaining()) {
        int block = blocks.at(position);
        int inBlock = (int) (position - blocks.start(block));
        int length = Math.min(target.remaining(), blocks.length(block) - inBlock);
        ByteBuffer piece = target.slice(target.position(), length);
        if (block != entered && block < last) {
          entered = block;
          if (isComing(block) || hasBlock(store.find(version.id()), block)) {
            fetchAhead(block); // otherwise behind the block itself
          }
        }
        try {
          readPiece(block, inBlock, piece);
        } catch (UnwantedException e) {
          if (asker.hasWithdrawn()) {
            throw e;
          }
          letGo(); // those that wanted the block were gone before this came
          continue;
        }
        target.position(target.position() + length);
        position += length;
        if (fillBlock == block
            && fill.bypassesStore()
            && inBlock + length == blocks.length(block)) {
          passed(block);
        }
      }
    }

    private void readPiece(int block, int inBlock, ByteBuffer piece) throws IOException {
      if (asker.hasWithdrawn()) {
        throw new UnwantedException("reading " + version);
      }
      int length = piece.remaining();
      if (direct != null && position < directEnd) {
        readDirectly(piece);
      } else if (!(fillBlock == block && fill.copy(inBlock, piece, asker, PATIENCE_NANOS))) {
        if (readResident(block, piece)) {
          hitBytes += length;
        } else {
          readMissing(block, inBlock, piece);
        }
      }
    }

    /**
     * Gives back what others may be waiting for, as long as nobody takes what was read: memory, and
     * a request to the under-store. Reading goes on afterwards.
     */
    public void pause() {
      letGo();
    }

    /** A kernel that reads ahead may ask for an earlier piece of the block after its last one. */
    private void passed(int block) {
      bypass.leave(new BlockKey(version.id(), block - 1));
      if (block == blocks.count() - 1) {
        bypass.leave(new BlockKey(version.id(), block));
      }
    }

    /**
     * A block for each one entered: those on their way are then of all ages, and end one after the
     * other, as the reader wants them.
     */
    private void fetchAhead(int block) {
      int edge = Math.min(last, block + AHEAD);
      bypass.expect(version.id(), block + 1, edge);
      if (edge > block && !isComing(edge) && !hasBlock(store.find(version.id()), edge)) {
        fetch(version, blocks, block + 1, edge, next, inOrder, asker);
      }
    }

    private boolean readResident(int block, ByteBuffer piece) {
      Optional<ResidentFile> file = store.find(version.id());
      if (file.isEmpty() || !file.get().has(block)) {
        return false;
      }
      try {
        file.get().read(position, piece);
        return true;
      } catch (TierException e) {
        if (!file.get().isGone()) {
          log.warn("{}: bypassing the cache: {}", version, e.getMessage());
        }
        piece.clear();
        return false;
      }
    }

    private void readMissing(int block, int inBlock, ByteBuffer piece) throws IOException {
      letGo();
      upcoming.missed(version);
      BlockKey key = new BlockKey(version.id(), block);
      if (!isComing(block)) {
        fetch(version, blocks, block, block, first, inOrder && block < last, asker);
      }
      fetchAhead(block);
      Fill found = fills.get(key);
      if (found == null) {
        found = bypass.find(key); // where it goes before it leaves the others
      }
      if (found != null && found.hold()) {
        fill = found;
        fillBlock = block;
        asker.want(fill);
        fill.hurry(asker);
        if (fill.copy(inBlock, piece, asker, PATIENCE_NANOS)) {
          return;
        }
      }
      if (!readResident(block, piece)) { // it may have arrived just now
        openDirectly(block);
        readDirectly(piece);
      }
    }

    private boolean isComing(int block) {
      return ReadThrough.this.isComing(new BlockKey(version.id(), block));
    }

    /** Up to the next block that is here, or on its way. */
    private void openDirectly(int block) throws IOException {
      Optional<ResidentFile> file = store.find(version.id());
      int next = block + 1;
      while (blocks.start(next) < end && !isComing(next) && !hasBlock(file, next)) {
        next++;
      }
      directEnd = Math.min(end, blocks.start(next));
      threads.direct().take(asker.client());
      try {
        if (asker.hasWithdrawn()) {
          throw new UnwantedException("reading " + version);
        }
        direct = first.asked.open(version.status(), position, directEnd - position);
      } finally {
        if (direct == null) {
          threads.direct().release();
        }
      }
    }

    private void readDirectly(ByteBuffer piece) throws IOException {
      byte[] chunk = new byte[Math.min(CHUNK, piece.remaining())];
      while (piece.hasRemaining()) {
        int n = direct.read(chunk, 0, Math.min(chunk.length, piece.remaining()));
        if (n < 0) {
          throw new EOFException(version + ": " + piece.remaining() + " bytes missing");
        }
        piece.put(chunk, 0, n);
      }
    }

    private void letGo() {
      if (fill != null) {
        fill.release();
        fill = null;
        fillBlock = -1;
      }
      if (direct != null) {
        try {
          direct.close();
        } catch (IOException e) {
          log.debug("closing a stream of {} failed", version, e);
        } finally {
          direct = null;
          threads.direct().release();
        }
      }
    }

    @Override
    public void close() {
      letGo();
      if (hitBytes > 0) {
        store.used(version.id(), offset, hitBytes);
      }
      if (position - offset > hitBytes) {
        store.missed(version, offset, position - offset - hitBytes);
      }
    }
  }

  /** Whether it is on its way, or passes by. */
  private boolean isComing(BlockKey key) {
    return fills.containsKey(key) || bypass.has(key);
  }

  private static boolean hasBlock(Optional<ResidentFile> file, int block) {
    return file.isPresent() && file.get().has(block);
  }

  /**
   * Fetches what is missing of a file, later, and only as far as there is room.
   *
   * @param asker for whom; when it withdraws, what was not fetched is forgotten
   */
  public void prefetch(FileVersion version, Asker asker) {
    if (version.size() > 0) {
      upcoming.add(version, asker);
      resumePrefetch();
    }
  }

  /** Goes on with what is to be fetched ahead, after something was read. */
  public void resumePrefetch() {
    for (PrefetchQueue.Expected next = upcoming.take(); next != null; next = upcoming.take()) {
      PrefetchQueue.Expected expected = next;
      try {
        threads.ahead().execute(() -> fetchAhead(expected));
      } catch (RejectedExecutionException e) {
        upcoming.done(expected, true);
        log.debug("not prefetching {}: the cache is closing", expected.file());
        return;
      }
    }
  }

  private void fetchAhead(PrefetchQueue.Expected expected) {
    FileVersion version = expected.file();
    Blocks blocks = store.blocks(version.size());
    boolean room = false;
    try {
      room = expected.isLate(store) || fetchOwned(version, blocks, expected.asker());
    } finally {
      upcoming.done(expected, room);
    }
    if (room) { // otherwise when more is read
      resumePrefetch();
    }
  }

  /** Fetches a file ahead, and of a large one the extents that this node owns. */
  private boolean fetchOwned(FileVersion version, Blocks blocks, Asker asker) {
    boolean room = true;
    for (long at = 0; at < version.size() && room; ) {
      long end = Placement.extentEnd(at, version.size());
      boolean whole = at == 0 && end == version.size();
      if (whole || ownership.owns(version, Placement.extent(at))) {
        room = fetch(version, blocks, blocks.at(at), blocks.at(end - 1), later, asker);
      }
      at = end;
    }
    return room;
  }

  /** Copies a file from the node that owns it, later, as far as there is room that nobody wants. */
  public void copy(FileVersion version) {
    if (version.size() == 0 || threads.copiesWaiting() >= MOST_COPIES) {
      return;
    }
    Blocks blocks = store.blocks(version.size());
    try {
      threads
          .copying()
          .execute(() -> fetch(version, blocks, 0, blocks.count() - 1, copying, Asker.NODE));
    } catch (RejectedExecutionException e) {
      log.debug("not copying {}: the cache is closing", version);
    }
  }

  /**
   * Makes a range resident, in the calling thread. Returns when every block of it is here and
   * agrees with its checksum.
   *
   * @param offset of the first byte; {@code offset + length <= size}
   * @throws NoRoomException when the cache has no room for it
   * @throws IOException when the under-store fails
   */
  public void load(FileVersion version, long offset, long length) throws IOException {
    load(version, offset, length, Asker.NODE);
  }

  /**
   * As above.
   *
   * @param asker for whom; when it withdraws, loading ends with an exception
   */
  public void load(FileVersion version, long offset, long length, Asker asker) throws IOException {
    if (length == 0) {
      return;
    }
    Blocks blocks = store.blocks(version.size());
    int first = blocks.at(offset);
    int last = blocks.at(offset + length - 1);
    store.keep(version);
    fetch(version, blocks, first, last, loading, asker);
    for (int block = first; block <= last; block++) {
      if (!hasBlock(store.find(version.id()), block)) {
        // Another thread has it on its way, or it failed, or there is no room: reading tells.
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK, blocks.length(block)));
        long left = blocks.length(block);
        try (Reading reading = reading(version, blocks.start(block), left, false, asker)) {
          for (; left > 0; left -= chunk.position()) {
            reading.read(chunk.clear().limit((int) Math.min(chunk.capacity(), left)));
          }
        }
        if (!hasBlock(store.find(version.id()), block)) {
          throw new NoRoomException(version);
        }
      }
    }
  }

  /**
   * Has the missing blocks of a range fetched, as far as nobody else does and there is room.
   *
   * @return whether there was room for all
   */
  private boolean fetch(
      FileVersion version, Blocks blocks, int first, int last, FetchKind kind, Asker asker) {
    return fetch(version, blocks, first, last, kind, false, asker);
  }

  /**
   * @param mayBypass whether blocks are fetched without room in the store, too
   */
  private boolean fetch(
      FileVersion version,
      Blocks blocks,
      int first,
      int last,
      FetchKind kind,
      boolean mayBypass,
      Asker asker) {
    Optional<ResidentFile> file = store.find(version.id());
    int missing = 0;
    for (int block = first; block <= last; block++) {
      if (!hasBlock(file, block) && !isComing(new BlockKey(version.id(), block))) {
        missing++;
      }
    }
    int runBlocks = Math.max(1, Math.min(RUN_BLOCKS, missing / SPREAD));
    List<Fill> run = new ArrayList<>(runBlocks);
    int runFirst = first;
    boolean room = missing > 0;
    for (int block = first; block <= last && room && !asker.hasWithdrawn(); block++) {
      BlockKey key = new BlockKey(version.id(), block);
      Fill claimed = null;
      if (!isComing(key) && !hasBlock(file, block)) {
        BlockWriter writer =
            store.reserve(version, block, purpose(kind, version, blocks.start(block))).orElse(null);
        int length = blocks.length(block);
        room = writer != null || (mayBypass && bypass.take(length));
        claimed = room ? claim(version, block, length, writer) : null;
      }
      if (claimed == null || run.size() == runBlocks) {
        start(version, blocks, runFirst, run, kind, asker);
        run = new ArrayList<>(runBlocks);
      }
      if (claimed != null) {
        if (run.isEmpty()) {
          runFirst = block;
        }
        asker.want(claimed);
        run.add(claimed);
      }
    }
    start(version, blocks, runFirst, run, kind, asker);
    return room || missing == 0;
  }

  /** What others own is a copy here, unless it was put here on purpose. */
  private Purpose purpose(FetchKind kind, FileVersion version, long offset) {
    return kind.purpose == Purpose.LOAD || ownership.owns(version, Placement.extent(offset))
        ? kind.purpose
        : Purpose.COPY;
  }

  /**
   * Makes the caller the one who fetches a block.
   *
   * @param writer the block's space in the store; null when it passes by
   * @return null when somebody else fetches it, or just did
   */
  private Fill claim(FileVersion version, int block, int length, BlockWriter writer) {
    BlockKey key = new BlockKey(version.id(), block);
    Fill fresh = new Fill(version + " block " + block, length, writer);
    if (fills.putIfAbsent(key, fresh) == null) {
      // Only after the claim is it certain that nobody finishes the block between look and claim.
      if (!hasBlock(store.find(version.id()), block) && !bypass.has(key)) {
        return fresh;
      }
      fills.remove(key);
      fresh.done();
    }
    abandon(fresh);
    return null;
  }

  /** Gives back the room of a block that was not fetched. */
  private void abandon(Fill fill) {
    if (fill.bypassesStore()) {
      bypass.release(fill);
    } else {
      fill.writer().close();
    }
  }

  private void start(
      FileVersion version,
      Blocks blocks,
      int first,
      List<Fill> fills,
      FetchKind kind,
      Asker asker) {
    if (fills.isEmpty()) {
      return;
    }
    Run run = new Run(version, blocks, first, fills, kind, asker.client());
    fills.forEach(fill -> fill.queued(run));
    try {
      kind.threads.run(asker.client(), run);
    } catch (RejectedExecutionException e) {
      run.abandon(0, new IOException("the cache is being closed", e));
    } catch (OutOfMemoryError e) { // there can be no other thread
      run.abandon(0, new IOException(version + ": no thread for the request", e));
      throw e;
    }
  }

  /** Neighbouring blocks that are fetched with one request, in one thread. */
  final class Run implements Runnable {

    private final FileVersion version;
    private final Blocks blocks;
    private final int first;
    private final List<Fill> run;
    private final FetchKind kind;
    private final Object client;
    private final AtomicBoolean begun = new AtomicBoolean();

    private Run(
        FileVersion version,
        Blocks blocks,
        int first,
        List<Fill> run,
        FetchKind kind,
        Object client) {
      this.version = version;
      this.blocks = blocks;
      this.first = first;
      this.run = run;
      this.kind = kind;
      this.client = client;
    }

    /** Waits in the turns of another client as well: the first of the two turns begins it. */
    void hurry(Asker other) {
      if (begun.get() || client.equals(other.client())) {
        return;
      }
      try {
        kind.threads.run(other.client(), this);
      } catch (RejectedExecutionException e) {
        log.debug("{} waits for its first turn: the cache is closing", version);
      }
    }

    @Override
    public void run() {
      if (!begun.compareAndSet(false, true)) {
        return;
      }
      if (isUnwanted(0)) {
        abandon(0, new UnwantedException("fetching " + version));
        return;
      }
      long start = blocks.start(first);
      int end = first + run.size() - 1;
      long length = blocks.start(end) + blocks.length(end) - start;
      Receiver receiver =
          new Receiver() {
            @Override
            public void receive(InputStream in) {
              Run.this.receive(in);
            }

            @Override
            public void failed(IOException reason) {
              abandon(0, reason);
            }
          };
      kind.asked.ask(version.status(), start, length, receiver);
    }

    /** Whether nobody wants the blocks from here on. */
    private boolean isUnwanted(int from) {
      for (int i = from; i < run.size(); i++) {
        if (!run.get(i).isUnwanted()) {
          return false;
        }
      }
      return true;
    }

    private void receive(InputStream answer) {
      int at = 0;
      try (InputStream in = answer) {
        for (; at < run.size(); at++) {
          if (isUnwanted(at)) {
            throw new UnwantedException("fetching " + version);
          }
          Fill fill = run.get(at);
          BlockKey key = new BlockKey(version.id(), first + at);
          receive(in, at, fill.begin(kind.memory));
          if (fill.bypassesStore()) {
            bypass.keep(key, fill);
          }
          fills.remove(key);
          fill.done(); // last, so that a reader of the whole block finds it in its final place
        }
      } catch (IOException e) {
        abandon(at, e);
      } catch (RuntimeException | Error e) {
        abandon(at, new IOException(version + ": fetching failed", e));
        throw e;
      }
    }

    /**
     * Takes one block; when the disk fails under it, the readers still get their bytes. They do not
     * wait for the disk, which is given larger pieces than come from the network.
     */
    private void receive(InputStream in, int at, byte[] target) throws IOException {
      Fill fill = run.get(at);
      boolean last = at == run.size() - 1; // with which the stream ends
      try (BlockWriter writer = fill.writer()) {
        boolean storing = !fill.bypassesStore();
        int stored = 0;
        for (int have = 0; have < target.length; ) {
          int n = in.read(target, have, Math.min(CHUNK, target.length - have));
          if (n < 0) {
            throw new EOFException(
                version + ": " + (target.length - have) + " bytes missing at the end");
          }
          if (threads.closing()) {
            throw new IOException(version + ": the cache is closing");
          }
          have += n;
          boolean ended = have == target.length;
          if (last && ended) {
            in.close(); // the under-store may be asked for the next thing while the disk is at work
          } else if (isUnwanted(at)) {
            throw new UnwantedException("fetching " + version);
          }
          if (!ended) {
            fill.arrived(n);
          }
          if (storing && (ended || have - stored >= CHUNK)) {
            storing = store(version, writer, ByteBuffer.wrap(target, stored, have - stored), ended);
            stored = have;
          }
        }
      }
    }

    /** Ends the blocks from here on, which are free to be fetched again. */
    private void abandon(int from, IOException reason) {
      for (int i = from; i < run.size(); i++) {
        ReadThrough.this.abandon(run.get(i));
        fills.remove(new BlockKey(version.id(), first + i));
        run.get(i).failed(reason);
      }
    }
  }

  /** Whether the store took the bytes. */
  private static boolean store(
      FileVersion version, BlockWriter writer, ByteBuffer bytes, boolean isLast) {
    try {
      writer.append(bytes);
      if (isLast) {
        writer.commit();
      }
      return true;
    } catch (TierException e) {
      log.warn("{}: bypassing the cache: {}", version, e.getMessage());
      return false;
    }
  }
}

package io.forebay.fuse.fs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.forebay.FileStatus;
import io.forebay.fuse.journal.PackedStatus;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers listings, as {@link Dirent}s. An entry's offset is its number, so a listing is kept until
 * the kernel has had the whole of it. While someone walks through the tree, the next directory is
 * listed ahead. Thread-safe.
 */
final class Directories implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Directories.class);

  /** Entries of all listings that are kept, at about 200 bytes each. */
  private static final long KEPT = 100_000;

  /** Directories that are listed ahead in one go, and with how many entries it is enough. */
  private static final int AHEAD = 8;

  private static final int AHEAD_ENTRIES = 1_000;

  /** What was listed ahead is listed again after so long: others may have written. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  /**
   * @param freshUntil by {@link System#nanoTime}; until then it serves those who begin
   */
  private record Listing(List<FileStatus> entries, long freshUntil) {
    boolean serves(long offset) {
      return offset > 0 || freshUntil - System.nanoTime() > 0;
    }
  }

  /** Tells what is in a directory, and how what is in it looks. */
  interface Tree {
    List<FileStatus> list(String directory) throws IOException;

    /** How a node looks whose status is given. */
    FileStatus shown(Inode inode, FileStatus status);
  }

  private final Tree tree;
  private final Inodes inodes;
  private final Attributes attributes;
  private final Consumer<List<FileStatus>> whole;
  private final Cache<Long, Listing> kept =
      Caffeine.newBuilder()
          .maximumWeight(KEPT)
          .weigher((Long node, Listing listing) -> 1 + listing.entries.size())
          .expireAfterAccess(Duration.ofMinutes(1))
          .executor(Runnable::run) // waking another thread costs more than the work
          .build();
  private final ListingPredictor walk = new ListingPredictor();

  /** One thread; what comes while it works is not listed ahead. */
  private final ExecutorService ahead =
      new ThreadPoolExecutor(
          0,
          1,
          10,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("forebay-directories").factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  /** How often listings were forgotten. */
  private final AtomicInteger forgotten = new AtomicInteger();

  /**
   * @param whole hears of each directory whose entries the kernel has all had
   */
  Directories(Tree tree, Inodes inodes, Attributes attributes, Consumer<List<FileStatus>> whole) {
    this.tree = tree;
    this.inodes = inodes;
    this.attributes = attributes;
    this.whole = whole;
  }

  /** Has what is listed from now on asked for anew. */
  void forget() {
    forgotten.incrementAndGet();
    kept.invalidateAll();
  }

  /** Whether what is asked for need not be waited for. */
  boolean isListed(long directory, long offset) {
    Listing listing = kept.getIfPresent(directory);
    return listing != null && listing.serves(offset);
  }

  /**
   * @param offset number of the first entry; 0 begins anew
   * @param size bytes that the kernel has room for
   * @param plus whether each entry comes with what a look-up would say
   * @param request that asks for it
   */
  void list(Inode directory, long offset, int size, boolean plus, long request, Reply reply)
      throws IOException {
    if (!directory.isDirectory()) {
      reply.error(Errno.ENOTDIR);
      return;
    }
    Listing listing = kept.getIfPresent(directory.id());
    if (listing == null || !listing.serves(offset)) {
      listing = load(directory, Duration.ZERO);
    }
    List<FileStatus> entries = listing.entries;
    int room = Math.min(size, reply.room());
    int at = 0;
    for (long i = Math.max(0, offset); i < entries.size(); i++) {
      FileStatus entry = entries.get((int) i);
      byte[] status = PackedStatus.pack(entry);
      Dirent dirent = Dirent.of(status);
      int length = dirent.length(plus);
      if (at + length > room) {
        break;
      }
      reply.body(at + length);
      long node = i + 2;
      if (plus) {
        Inode inode = inodes.lookUp(status, entry.path().hashCode(), request);
        node = inode.id();
        attributes.putEntry(reply, at, node, tree.shown(inode, entry));
      }
      dirent.put(reply, at, plus, node, i + 1);
      at += length;
    }
    if (at > 0) {
      reply.expectNextRequest();
    }
    if (offset >= entries.size()) {
      kept.invalidate(directory.id());
      if (plus) {
        whole.accept(entries);
        if (!attributes.writable()) { // own writes are to be seen at once
          listAhead(walk.next(directory.path(), entries, AHEAD));
        }
      }
    }
  }

  private void listAhead(List<String> paths) {
    List<Inode> next = paths.stream().flatMap(path -> inodes.find(path).stream()).toList();
    if (!next.isEmpty() && !isListed(next.getFirst().id(), 0)) {
      ahead.execute(() -> prepare(next));
    }
  }

  private void prepare(List<Inode> next) {
    int entries = 0;
    for (Inode directory : next) {
      if (entries > AHEAD_ENTRIES || isListed(directory.id(), 0)) {
        return;
      }
      try {
        entries += load(directory, FRESH).entries.size();
      } catch (IOException e) {
        log.debug("cannot list {} ahead", directory.path(), e);
        return;
      }
    }
  }

  private Listing load(Inode directory, Duration fresh) throws IOException {
    int before = forgotten.get();
    List<FileStatus> entries = tree.list(directory.path());
    Listing listing = new Listing(entries, System.nanoTime() + fresh.toNanos());
    kept.put(directory.id(), listing);
    if (forgotten.get() != before) {
      kept.invalidate(directory.id()); // perhaps it is what was to be forgotten
    }
    return listing;
  }

  @Override
  public void close() {
    ahead.shutdownNow();
  }
}

package io.forebay.metadata;

import io.forebay.FileStatus;
import io.forebay.file.FileId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's shared maps as their only writer has them. They are opened in the background, for that
 * takes seconds; they are written in the background, for a lock may be stuck; and when they are
 * stuck or full, a new generation takes their place. Until there are any, and where there cannot be
 * any, names are kept on heap. Thread-safe.
 */
public final class OwnedMaps implements Namespace {

  private static final Logger log = LoggerFactory.getLogger(OwnedMaps.class);

  private static final long HEAP_NAMES = 1_000_000;

  /** A generation lives at least so long, or a client with a grudge could keep the owner busy. */
  private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** After this time opening them is tried again. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** How long replaced maps stay open for those who are just looking something up. */
  private static final long GRACE_MILLIS = 1_000;

  /** Hears of generations. */
  @FunctionalInterface
  public interface Listener {

    /**
     * @param withoutNames whether file lists are to be put into it again
     */
    void opened(boolean withoutNames);
  }

  private record Current(String generation, SharedMaps maps) {}

  private final Path directory;
  private final Consumer<BiConsumer<FileId, Residency.Location>> residents;
  private final Listener listener;
  private final HeapNamespace onHeap = new HeapNamespace(HEAP_NAMES);
  private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
  private final CountDownLatch opened = new CountDownLatch(1);
  private final Thread writer = new Thread(this::run, "forebay-maps");
  private volatile Current current;
  private volatile Optional<String> trouble = Optional.empty();
  private volatile boolean opening;
  private volatile boolean closing;

  /**
   * Held while names are taken over, so that nothing is taken over that is forgotten meanwhile, and
   * nothing is left behind; who adds names shares it with others who do.
   */
  private final ReadWriteLock turning = new ReentrantReadWriteLock();

  private long expected;
  private long triedAt;

  /**
   * @param directory of the map files
   * @param cacheBytes what the node may cache, for the size of the maps at first
   * @param residents hands every resident file to the consumer it gets
   * @param listener hears of each generation
   */
  public OwnedMaps(
      Path directory,
      long cacheBytes,
      Consumer<BiConsumer<FileId, Residency.Location>> residents,
      Listener listener) {
    this.directory = directory;
    this.expected = SharedMaps.namesFor(cacheBytes);
    this.residents = residents;
    this.listener = listener;
    writer.setDaemon(true);
  }

  /** Begins to open the maps, in the background. */
  public void open() {
    opening = true;
    work.add(() -> open(false));
    writer.start();
  }

  /** Why they could not be opened or updated last; empty while nothing is wrong. */
  public Optional<String> trouble() {
    return trouble;
  }

  /** What they take on disk, beside what is cached. */
  public long bytes() {
    Current now = current;
    try {
      return now == null ? 0 : SharedMaps.bytes(directory, now.generation);
    } catch (IOException e) {
      return 0; // deleted, or replaced just now
    }
  }

  /** Names the map files; empty while there are none. */
  public Optional<String> generation() {
    return Optional.ofNullable(current).map(Current::generation);
  }

  /**
   * Waits until the maps are open, or it is certain that they cannot be.
   *
   * @return false when the time was not enough
   */
  public boolean await(long millis) throws InterruptedException {
    return opened.await(millis, TimeUnit.MILLISECONDS);
  }

  /** A file became resident, or moved. Returns at once. */
  public void resident(FileId id, Residency.Location location) {
    update(residency -> residency.put(id, location));
  }

  /** A file left. Returns at once. */
  public void gone(FileId id) {
    update(residency -> residency.remove(id));
  }

  /** What happens before the opening, the opening finds by itself. */
  private void update(Consumer<Residency> change) {
    if (opening) {
      work.add(
          () -> {
            if (current != null) {
              change.accept(current.maps.residency());
            }
          });
    }
  }

  /** Somebody found the maps of a generation stuck. */
  public void reportStuck(String generation) {
    replace(generation, MapCircuitBreaker.Kind.STUCK);
  }

  /** Opens them anew if their files were deleted, or if they could not be opened a while ago. */
  public void keep() {
    if (opening) {
      work.add(this::openIfNeeded);
    }
  }

  private void openIfNeeded() {
    Current now = current;
    if (now == null ? System.nanoTime() - triedAt > RETRY_NANOS : isDeleted(now)) {
      open(now != null);
    }
  }

  private boolean isDeleted(Current now) {
    boolean deleted = !SharedMaps.exist(directory, now.generation);
    if (deleted) {
      log.warn("the shared maps in {} were deleted; creating them again", directory);
    }
    return deleted;
  }

  private void replace(String generation, MapCircuitBreaker.Kind kind) {
    work.add(
        () -> {
          if (current != null
              && current.generation.equals(generation)
              && System.nanoTime() - triedAt > LEAST_NANOS) {
            if (kind == MapCircuitBreaker.Kind.FULL) {
              expected *= 4;
            }
            open(kind == MapCircuitBreaker.Kind.FULL);
          }
        });
  }

  private void run() {
    while (!closing) {
      try {
        work.take().run();
      } catch (InterruptedException e) {
        return;
      } catch (Throwable e) {
        // A thread that died would leave the other processes with what is here now, for good.
        trouble = Optional.of(e.toString());
        log.error("cannot update the shared maps; continuing", e);
      }
    }
  }

  /**
   * Opens a new generation and puts everything into it that is known.
   *
   * @param copyNames whether the names of the one before can be read
   */
  private void open(boolean copyNames) {
    String generation = UUID.randomUUID().toString();
    triedAt = System.nanoTime();
    MapCircuitBreaker ofGeneration = new MapCircuitBreaker(kind -> replace(generation, kind));
    try {
      SharedMaps maps = SharedMaps.create(directory, generation, expected, ofGeneration);
      residents.accept(maps.residency()::put);
      Current before = current;
      turning.writeLock().lock();
      try {
        if (before == null) {
          onHeap.copyTo(maps.namespace());
        } else if (copyNames) {
          before.maps.copyNamesTo(maps);
        }
        current = new Current(generation, maps);
        trouble = Optional.empty();
      } finally {
        turning.writeLock().unlock();
      }
      if (before != null) {
        log.info("the shared maps have a new generation");
      }
      listener.opened(before == null || !copyNames);
      SharedMaps.deleteOthers(directory, generation);
      if (before != null) {
        closeLater(before.maps);
      }
    } catch (IOException e) {
      Optional<String> reason = Optional.of(String.valueOf(e.getMessage()));
      if (!trouble.equals(reason)) {
        log.warn(
            "cannot open the shared maps; other processes ask the server instead: {}",
            reason.get());
      }
      trouble = reason;
    } finally {
      opened.countDown();
    }
  }

  private static void closeLater(SharedMaps maps) {
    Thread closer =
        new Thread(
            () -> {
              try {
                TimeUnit.MILLISECONDS.sleep(GRACE_MILLIS);
                maps.close();
              } catch (InterruptedException | RuntimeException e) {
                log.debug("cannot close the replaced shared maps", e);
              }
            },
            "forebay-maps-closer");
    closer.setDaemon(true);
    closer.start();
  }

  private Namespace names() {
    Current now = current;
    return now == null ? onHeap : now.maps.namespace();
  }

  @Override
  public Optional<FileStatus> stat(String dataSet, String path) {
    return names().stat(dataSet, path);
  }

  @Override
  public Optional<List<FileStatus>> list(String dataSet, String path) {
    return names().list(dataSet, path);
  }

  private void add(Consumer<Namespace> addition) {
    turning.readLock().lock();
    try {
      addition.accept(names());
    } finally {
      turning.readLock().unlock();
    }
  }

  @Override
  public void put(String dataSet, FileStatus status) {
    add(names -> names.put(dataSet, status));
  }

  @Override
  public void putListing(String dataSet, String path, List<FileStatus> entries) {
    add(names -> names.putListing(dataSet, path, entries));
  }

  @Override
  public void clear(String dataSet) {
    turning.writeLock().lock();
    try {
      names().clear(dataSet);
      onHeap.clear(dataSet);
    } finally {
      turning.writeLock().unlock();
    }
  }

  @Override
  public long epoch(String dataSet) {
    // Of both, for that of maps which were just opened may be what the heap's was.
    Current now = current;
    long heap = onHeap.epoch(dataSet);
    return now == null ? heap : heap + now.maps.namespace().epoch(dataSet);
  }

  @Override
  public void forget(String dataSet, String path) {
    turning.writeLock().lock();
    try {
      names().forget(dataSet, path);
      onHeap.forget(dataSet, path);
    } finally {
      turning.writeLock().unlock();
    }
  }

  /** Lays the maps out anew first, if they are too small. */
  @Override
  public void replace(String dataSet, FileList files, long entries) throws IOException {
    turning.writeLock().lock(); // or the opening would bring back what is replaced
    try {
      if (current == null) {
        onHeap.replace(dataSet, files, entries);
        return;
      }
    } finally {
      turning.writeLock().unlock();
    }
    if (current.maps.names() + entries > expected) {
      CountDownLatch done = new CountDownLatch(1);
      work.add(
          () -> {
            try {
              long wanted = current.maps.names() + entries;
              if (wanted > expected) {
                expected = wanted; // they stretch, and what is laid out too large is lost
                open(true);
              }
            } finally {
              done.countDown();
            }
          });
      awaitOrInterrupt(done);
    }
    names().replace(dataSet, files, entries);
  }

  private static void awaitOrInterrupt(CountDownLatch latch) throws InterruptedIOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(
          "interrupted while writing a new generation of the shared maps");
    }
  }

  /** Gives back what entries of former file lists and of other data sets take. */
  public void removeAllBut(Set<String> dataSets) {
    Current now = current;
    if (now != null) {
      now.maps.removeAllBut(dataSets);
    }
  }

  @Override
  public void close() {
    closing = true;
    work.add(() -> {});
    opened.countDown();
    try {
      writer.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (current != null) {
      current.maps.close();
    }
  }
}

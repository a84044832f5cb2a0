package io.forebay.store;

import io.forebay.file.FileId;
import io.forebay.limit.Descriptors;
import io.forebay.metadata.TierLayout;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A directory of a tier: its space, its log, and whether its disk works. Thread-safe. */
final class TierDirectory implements Closeable {

  private static final Set<StandardOpenOption> WRITING =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);

  /** Whoever is neither the owner nor in the group gets the bytes from the server. */
  private static final FileAttribute<?> NOT_FOR_ALL =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));

  private static final Logger log = LoggerFactory.getLogger(TierDirectory.class);

  private static final String LOG = "index.log";
  private static final String IN_FLIGHT = "in-flight";
  private static final String PROBE = "probe";

  private final int number;
  private final int tier;
  private final Path path;
  private final long quotaBytes;
  private final int blockBytes;
  private final AtomicLong used = new AtomicLong();
  private volatile DiskState state = DiskState.HEALTHY;
  private volatile Optional<String> trouble = Optional.empty();
  private IndexLog index;
  private InFlight inFlight;
  private long lostEntries;

  /** Where it was at first: an empty mount point must not be taken for the disk that was there. */
  private Object device;

  /**
   * @param number among all directories of the store
   * @param tier that it belongs to, 0 for the fastest
   */
  TierDirectory(int number, int tier, TierOptions.Directory options, int blockBytes) {
    this.number = number;
    this.tier = tier;
    this.path = options.path().toAbsolutePath();
    this.quotaBytes = options.quotaBytes();
    this.blockBytes = blockBytes;
  }

  int number() {
    return number;
  }

  int tier() {
    return tier;
  }

  Path path() {
    return path;
  }

  long quotaBytes() {
    return quotaBytes;
  }

  long usedBytes() {
    return used.get();
  }

  DiskState state() {
    return state;
  }

  /** The last thing that went wrong, while the state is not healthy. */
  Optional<String> trouble() {
    return trouble;
  }

  IndexLog index() {
    return index;
  }

  InFlight inFlight() {
    return inFlight;
  }

  /** Makes the directory usable, and reads its log. */
  void open(java.util.function.Consumer<IndexLog.Entry> replayed) throws IOException {
    Files.createDirectories(path);
    Object on = Files.getAttribute(path, "unix:dev");
    if (device != null && !device.equals(on)) {
      throw new IOException("another file system is mounted there; restart the server to use it");
    }
    device = on;
    inFlight = InFlight.open(path.resolve(IN_FLIGHT));
    index = IndexLog.open(path.resolve(LOG), blockBytes, replayed);
    lostEntries = Math.max(index.unreadable(), inFlight.logged() - index.entries());
    if (lostEntries > 0) {
      log.warn(
          "{} is damaged: {} of its entries (one per block) are missing or unreadable;"
              + " their blocks are fetched again",
          path.resolve(LOG),
          lostEntries);
    }
  }

  /** Whether its files must be looked at, because what tells of them is not all there. */
  boolean needsScan() {
    return lostEntries > 0 || inFlight.rebooted() || inFlight.isNew() != index.isNew();
  }

  /** All that is unfinished is settled; from now on it is noticed when the log loses entries. */
  void settled() throws IOException {
    inFlight.settled();
    recordLogLength();
  }

  /** To be called now and then: a log that is shorter at the next start lost something. */
  void recordLogLength() throws IOException {
    inFlight.logged(index.entries());
  }

  boolean isReadable() {
    return state != DiskState.FAILED;
  }

  boolean isWritable() {
    return state == DiskState.HEALTHY;
  }

  /** Takes space; false when there is not so much. */
  boolean reserve(long bytes) {
    while (isWritable()) {
      long now = used.get();
      if (now + bytes > quotaBytes) {
        return false;
      }
      if (used.compareAndSet(now, now + bytes)) {
        return true;
      }
    }
    return false;
  }

  /** Counts what recovery found, whatever the quota is now. */
  void recovered(long bytes) {
    used.addAndGet(bytes);
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
  }

  Path complete(FileId id) {
    return TierLayout.complete(path, id);
  }

  Path part(FileId id) {
    return TierLayout.part(path, id);
  }

  /** Opens a file for writing, made if it is not there, as its subdirectory is. */
  static FileChannel openForWriting(Path file) throws IOException {
    try {
      return FileChannel.open(file, WRITING, NOT_FOR_ALL);
    } catch (NoSuchFileException e) {
      Files.createDirectories(file.getParent());
      return FileChannel.open(file, WRITING, NOT_FOR_ALL);
    }
  }

  /** Where a copy from another tier is written to. */
  Path movePath(FileId id) {
    return complete(id).resolveSibling(id + ".move");
  }

  /** Where a large file waits for its removal. */
  Path removalPath(FileId id) {
    return complete(id).resolveSibling(id + ".gone");
  }

  /** Says that the directory cannot be used at all. */
  void failed(String reason) {
    setState(DiskState.FAILED, reason);
  }

  /**
   * Finds out what the disk can do: after an error, and now and then while it is not healthy.
   * Without descriptors that cannot be found out, and it counts as what it was.
   *
   * @param reason what went wrong, if anything did
   */
  synchronized void probe(Optional<IOException> reason) {
    DiskState found;
    String detail = reason.map(IOException::getMessage).orElse("");
    try {
      if (!Files.isDirectory(path) || !Files.exists(path.resolve(LOG))) {
        throw new IOException("the directory no longer exists");
      }
      FileStore disk = Files.getFileStore(path);
      if (disk.isReadOnly()) {
        found = DiskState.READ_ONLY;
      } else if (disk.getUsableSpace() < 2L * blockBytes) {
        found = DiskState.FULL;
      } else {
        found = tryWriting();
      }
    } catch (IOException e) {
      if (Descriptors.isExhaustion(e)) {
        return;
      }
      found = DiskState.FAILED;
      detail = e.getMessage();
    }
    setState(found, detail);
  }

  /**
   * @throws IOException when it cannot even be read
   */
  private DiskState tryWriting() throws IOException {
    try {
      write();
      return DiskState.HEALTHY;
    } catch (IOException e) {
      if (Descriptors.isExhaustion(e)) {
        throw e;
      }
      try (FileChannel log = FileChannel.open(path.resolve(LOG), StandardOpenOption.READ)) {
        log.read(ByteBuffer.allocate(Blocks.PAGE));
      }
      return DiskState.READ_ONLY;
    }
  }

  private void write() throws IOException {
    Path probe = path.resolve(PROBE);
    try (FileChannel channel =
        FileChannel.open(
            probe, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(Blocks.PAGE), 0);
      channel.force(false);
    }
    Files.delete(probe);
  }

  private void setState(DiskState now, String detail) {
    DiskState before = state;
    // A disk that failed comes back by being opened anew, not by answering again.
    if (before == DiskState.FAILED && index != null && now != DiskState.FAILED) {
      now = DiskState.FAILED;
      detail =
          "the disk answers again, but its contents are unknown; opening the directory"
              + " again, empty";
    }
    state = now;
    trouble = now == DiskState.HEALTHY ? Optional.empty() : Optional.of(detail);
    if (now != before) {
      if (now == DiskState.HEALTHY) {
        log.info("tier directory {} is healthy again", path);
      } else {
        log.warn("tier directory {} is {}: {}", path, now, detail);
      }
    }
  }

  /** Lets a failed directory be opened anew, empty. */
  synchronized boolean reopenEmpty() {
    try {
      if (device == null || !Files.isDirectory(path)) {
        return false;
      }
      closeQuietly();
      Files.deleteIfExists(path.resolve(LOG));
      Files.deleteIfExists(path.resolve(IN_FLIGHT));
      open(entry -> {});
      settled();
      write();
    } catch (IOException e) {
      trouble = Optional.of(String.valueOf(e.getMessage()));
      return false;
    }
    state = DiskState.HEALTHY;
    trouble = Optional.empty();
    log.info("tier directory {} is in use again, empty", path);
    return true;
  }

  private void closeQuietly() {
    try {
      close();
    } catch (IOException e) {
      log.debug("closing the log of {} failed", path, e);
    }
  }

  private void noteLogQuietly() {
    try {
      recordLogLength();
    } catch (IOException e) {
      log.debug("cannot record the length of the log of {}", path, e);
    }
  }

  @Override
  public void close() throws IOException {
    if (index != null) {
      noteLogQuietly();
      index.close();
    }
    if (inFlight != null) {
      inFlight.close();
    }
  }
}

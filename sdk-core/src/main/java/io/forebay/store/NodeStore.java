package io.forebay.store;

import io.forebay.background.BackgroundTasks;
import io.forebay.file.FileId;
import io.forebay.file.FileVersion;
import io.forebay.limit.Descriptors;
import io.forebay.metadata.Residency;
import io.forebay.plan.NextRead;
import io.forebay.plan.PlanUpdate;
import io.forebay.spec.CachePolicy;
import io.forebay.store.retention.Retention;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resident files of a node, in tiers. Thread-safe.
 *
 * <p>Assumes that nobody else writes to the directories, and that the caller holds the node's lock.
 * A read or a fill never waits for room: where there is none it passes by, and a thread in the
 * background makes some, if retention lets it.
 */
public final class NodeStore implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(NodeStore.class);

  /** A file that is read piece by piece counts as read once. */
  private static final int SAME_READ_TICKS = 1_000;

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final StoreOptions options;
  private final StoreListener listener;
  private final FileTable table = new FileTable();
  private final DataSetUsages usages;
  private final List<TierDirectory> directories = new ArrayList<>();
  private final TierSpace room;
  private final OpenFiles openFiles = new OpenFiles();
  private final Integrity integrity = new Integrity(this);
  private final Housekeeper housekeeper;
  private final Admission admission = new Admission(this);
  private final Removal removal = new Removal(this);
  private final BackgroundTasks background = new BackgroundTasks();
  private final LongAdder movedUp = new LongAdder();
  private final LongAdder movedDown = new LongAdder();
  private final LongAdder expired = new LongAdder();
  private final LongSupplier nanoTime;
  private final long opened;

  private NodeStore(StoreOptions options, StoreListener listener, LongSupplier nanoTime) {
    this.options = options;
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.opened = nanoTime.getAsLong();
    this.usages =
        new DataSetUsages(options.tiers().size(), TierSpace.capacityBytes(options.tiers()));
    for (int tier = 0; tier < options.tiers().size(); tier++) {
      for (TierOptions.Directory directory : options.tiers().get(tier).directories()) {
        directories.add(
            new TierDirectory(directories.size(), tier, directory, options.blockBytes()));
      }
    }
    this.room = new TierSpace(options.tiers(), directories, usages);
    this.housekeeper = new Housekeeper(this);
  }

  /**
   * Opens the tiers and takes back what they held: blocks are found by the index logs, what they do
   * not know is removed, what is missing on disk is forgotten when it is first asked for. A
   * directory that cannot be opened is reported and left out.
   *
   * @throws IOException when not one directory can be opened
   */
  public static NodeStore open(StoreOptions options, StoreListener listener) throws IOException {
    NodeStore store = recover(options, listener, System::nanoTime);
    store.housekeeper.start();
    return store;
  }

  /** Opens a store in which nothing happens in the background. */
  static NodeStore recover(StoreOptions options, StoreListener listener) throws IOException {
    return recover(options, listener, System::nanoTime);
  }

  /** As {@link #recover(StoreOptions, StoreListener)}, with another clock. */
  static NodeStore recover(StoreOptions options, StoreListener listener, LongSupplier nanoTime)
      throws IOException {
    NodeStore store = new NodeStore(options, listener, nanoTime);
    new Recovery(store).run();
    if (store.directories.stream().noneMatch(TierDirectory::isReadable)) {
      TierDirectory first = store.directories.get(0);
      throw new IOException(
          "no usable tier directory; " + first.path() + ": " + first.trouble().orElse("?"));
    }
    return store;
  }

  StoreOptions options() {
    return options;
  }

  int blockBytes() {
    return options.blockBytes();
  }

  FileTable table() {
    return table;
  }

  DataSetUsages usages() {
    return usages;
  }

  TierSpace room() {
    return room;
  }

  Integrity integrity() {
    return integrity;
  }

  /**
   * Keeps nothing any more, and leaves the directories as they are: they belong to somebody else
   * now. Reads pass by.
   */
  public void detach(String reason) {
    housekeeper.close();
    directories.forEach(directory -> directory.failed(reason));
  }

  /** What is done in the background; the store's node runs its own tasks there too. */
  public BackgroundTasks background() {
    return background;
  }

  Housekeeper housekeeper() {
    return housekeeper;
  }

  Admission admission() {
    return admission;
  }

  StoreListener listener() {
    return listener;
  }

  OpenFiles openFiles() {
    return openFiles;
  }

  List<TierDirectory> all() {
    return directories;
  }

  TierDirectory directory(int number) {
    return directories.get(number);
  }

  /** All quotas together. */
  public long capacityBytes() {
    return TierSpace.capacityBytes(options.tiers());
  }

  /** The tier directories, by the number that a {@link Residency.Location} gives. */
  public List<Path> directories() {
    return directories.stream().map(TierDirectory::path).toList();
  }

  /** Time since the opening in hundredths of a second. */
  long now() {
    return (nanoTime() - opened) / TICK_NANOS;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  /**
   * Seconds since 1970, of which only differences count: these stay right when the number overflows
   * in 2038.
   */
  static int epochSeconds() {
    return (int) (System.currentTimeMillis() / 1000);
  }

  /** Sets how a data set is kept; it can be changed at any time. */
  public void configure(String dataSet, CachePolicy policy) {
    usages.configure(dataSet, policy);
    housekeeper.wake();
  }

  /** How a file of some length is cut into blocks here. */
  public Blocks blocks(long length) {
    return new Blocks(length, options.blockBytes());
  }

  /** Files with at least one block. */
  public int fileCount() {
    return table.size();
  }

  /** Bytes on disk that are resident or reserved. */
  public long usedBytes() {
    return room.usedBytes();
  }

  /** The resident file of a version, if any of it is here. */
  public Optional<ResidentFile> find(FileId id) {
    Segment segment = table.of(id);
    synchronized (segment) {
      int slot = segment.find(id);
      return slot < 0 ? Optional.empty() : Optional.of(new ResidentFile(this, segment, slot));
    }
  }

  /** Where a complete and verified file is. */
  public Optional<Residency.Location> locate(FileId id) {
    Segment segment = table.of(id);
    synchronized (segment) {
      int slot = segment.find(id);
      return slot < 0 || !segment.is(slot, Segment.VERIFIED)
          ? Optional.empty()
          : Optional.of(new Residency.Location(segment.directory(slot), segment.length(slot)));
    }
  }

  /** Hands on every complete and verified file. */
  public void forEachResident(BiConsumer<FileId, Residency.Location> to) {
    table.forEach(
        (segment, slot) -> {
          if (segment.is(slot, Segment.VERIFIED)) {
            to.accept(
                segment.id(slot),
                new Residency.Location(segment.directory(slot), segment.length(slot)));
          }
        });
  }

  /**
   * Notes that a process of this node read bytes of a file.
   *
   * @param offset of the first byte
   */
  public void used(FileId id, long offset, long bytes) {
    used(id, offset, bytes, true);
  }

  /**
   * Notes that bytes of a file were sent to another node.
   *
   * @param offset of the first byte
   */
  public void served(FileId id, long offset, long bytes) {
    used(id, offset, bytes, false);
  }

  private void used(FileId id, long offset, long bytes, boolean local) {
    DataSetUsage usage;
    long allocated = 0;
    boolean first;
    long now = now();
    Segment segment = table.of(id);
    synchronized (segment) {
      int slot = segment.find(id);
      if (slot < 0) {
        return;
      }
      first = offset == 0 || now - segment.lastUse(slot) > SAME_READ_TICKS;
      segment.use(slot, now);
      usage = usages.get(segment.dataSet(slot));
      usage.clearPrefetched(segment, slot);
      if (first) {
        allocated = segment.allocated(slot, blocks(segment.length(slot)));
      }
      usage.hit(directory(segment.directory(slot)).tier(), bytes, now, local);
    }
    if (first) {
      usage.retention().onRead(id.high(), allocated);
    }
  }

  /** Notes that bytes of a file had to be fetched. */
  public void missed(FileVersion version, long offset, long bytes) {
    DataSetUsage usage = usages.of(version.dataSet());
    usage.missed(bytes, now());
    if (offset == 0) {
      usage.retention().onRead(version.id().high(), 0);
    }
  }

  /**
   * Takes note of what a job will read of a data set.
   *
   * @return whether the job was unknown
   */
  public boolean plan(String dataSet, PlanUpdate update) {
    DataSetUsage usage = usages.of(dataSet);
    boolean unknown = !usage.plans().knows(update.job());
    for (long key : usage.plans().update(update)) {
      clearPrefetched(usage, key);
    }
    return unknown;
  }

  /** A file that was fetched ahead makes room for the next, though it was not read. */
  public void clearPrefetched(FileVersion version) {
    clearPrefetched(usages.of(version.dataSet()), version.id().high());
  }

  private void clearPrefetched(DataSetUsage usage, long key) {
    Segment segment = table.ofKey(key);
    synchronized (segment) {
      int slot = segment.findByKey(key);
      if (slot >= 0) {
        usage.clearPrefetched(segment, slot);
      }
    }
  }

  /**
   * Takes the space for a block that is not there.
   *
   * @return empty when there is no room for it at present
   */
  public Optional<BlockWriter> reserve(FileVersion version, int block, Purpose purpose) {
    return admission.reserve(version, block, purpose);
  }

  /**
   * Whether a file that is going to be read may be fetched now; if not, it may when others of its
   * kind were read.
   *
   * @param onTheirWay bytes of others that are about to come
   */
  public boolean mayFetchAhead(FileVersion version, long onTheirWay) {
    return room.mayFetchAhead(usages.of(version.dataSet()), onTheirWay);
  }

  /** Whether there is room that was not made for somebody. */
  public boolean hasRoom() {
    return !room.isNearlyFull();
  }

  /** Says how much of a data set this node owns, whether it is here or not. */
  public void owns(String dataSet, long bytes) {
    usages.of(dataSet).owns(bytes);
  }

  /** A file that is here belongs here from now on, also if it was copied from another node. */
  public void keep(FileVersion version) {
    DataSetUsage usage = usages.of(version.dataSet());
    Segment segment = table.of(version.id());
    synchronized (segment) {
      int slot = segment.find(version.id());
      if (slot >= 0) {
        clearCopied(usage, segment, slot);
      }
    }
  }

  /** Says of files whether this node owns them. */
  @FunctionalInterface
  public interface Ownership {

    /**
     * @param length of the file, in bytes
     */
    boolean isOwn(String dataSet, FileId id, long length);
  }

  /**
   * Counts all files anew as this node's own or as copies of what others own, which go first when
   * room is needed. What is recovered counts as own until then.
   */
  public void classify(Ownership ownership) {
    table.forEach(
        (segment, slot) -> {
          DataSetUsage usage = usages.get(segment.dataSet(slot));
          boolean own = ownership.isOwn(usage.name(), segment.id(slot), segment.length(slot));
          if (own) {
            clearCopied(usage, segment, slot);
          } else if (!segment.is(slot, Segment.COPY)) {
            segment.set(slot, Segment.COPY, true);
            usage.copied(segment.allocated(slot, blocks(segment.length(slot))));
          }
        });
    housekeeper.wake();
  }

  /** Called under the segment's lock. */
  void clearCopied(DataSetUsage usage, Segment segment, int slot) {
    if (segment.is(slot, Segment.COPY)) {
      segment.set(slot, Segment.COPY, false);
      usage.copied(-segment.allocated(slot, blocks(segment.length(slot))));
    }
  }

  /** The announced read of a file that comes next. */
  public NextRead nextRead(FileVersion version) {
    return usages.of(version.dataSet()).plans().nextRead(version.id().high());
  }

  /** Shows the files of a data set that can be given up. */
  void forEachHeld(DataSetUsage usage, Retention.Held.Visitor visitor) {
    table.forEach(
        (segment, slot) -> {
          if (segment.dataSet(slot) == usage.number() && !segment.is(slot, Segment.PINNED)) {
            visitor.file(
                segment.id(slot).high(), segment.allocated(slot, blocks(segment.length(slot))));
          }
        });
  }

  static boolean punch(Path path, Blocks blocks, int block) {
    try {
      Holes.punch(path, blocks.start(block), blocks.allocated(block));
      return true;
    } catch (IOException e) {
      log.debug("cannot punch a block out of its file", e);
      return false;
    }
  }

  IndexLog.Entry entry(Segment segment, int slot, int block) {
    return new IndexLog.Entry(
        segment.id(slot),
        usages.get(segment.dataSet(slot)).nameHash(),
        segment.length(slot),
        segment.admittedSeconds(slot),
        block,
        segment.crc(slot, block));
  }

  void publishIfVerified(ResidentFile file) {
    Segment segment = file.segment();
    synchronized (segment) {
      // Under the lock, so that 'gone' never comes before 'resident'.
      if (file.isAlive() && segment.is(file.slot(), Segment.VERIFIED)) {
        listener.resident(
            file.id(),
            new Residency.Location(segment.directory(file.slot()), file.blocks().length()));
      }
    }
  }

  /**
   * Removes a file to make room.
   *
   * @return bytes that it took; 0 when it is pinned, gone, or being written
   */
  long evict(FileId id) {
    return find(id).map(removal::evict).orElse(0L);
  }

  /** By the first half of a FileId. */
  long evictKey(long key) {
    FileId id;
    Segment segment = table.ofKey(key);
    synchronized (segment) {
      int slot = segment.findByKey(key);
      if (slot < 0) {
        return 0;
      }
      id = segment.id(slot);
    }
    return evict(id);
  }

  /** Removes a file. Readers that have it open go on reading. */
  public void drop(ResidentFile file) {
    removal.drop(file);
  }

  static void deleteQuietly(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      log.debug("cannot remove {}; the next start removes it", path, e);
    }
  }

  /** Notes that a file could not be read, and finds out whether it is its disk's fault. */
  TierException broken(ResidentFile file, String what, IOException e) {
    if (Descriptors.isExhaustion(e)) {
      return new TierException(what, e);
    }
    TierDirectory directory = null;
    synchronized (file.segment()) {
      if (file.isAlive()) {
        directory = directory(file.segment().directory(file.slot()));
      }
    }
    if (directory != null) {
      drop(file);
      return broken(directory, what, e);
    }
    return new TierException(what, e);
  }

  TierException broken(TierDirectory directory, String what, IOException e) {
    directory.probe(Optional.of(e));
    if (!directory.isReadable()) {
      housekeeper.wake();
    }
    return new TierException(what + " in " + directory.path(), e);
  }

  /** What is to be removed, on whose behalf. */
  void expire(FileId id) {
    if (evict(id) > 0) {
      expired.increment();
    }
  }

  void moved(boolean up) {
    (up ? movedUp : movedDown).increment();
  }

  void relocated(ResidentFile file) {
    openFiles.forget(file);
    publishIfVerified(file);
  }

  /**
   * Pins what is and will be resident at a path and below: only {@link #prune} removes it.
   *
   * @param path empty for the whole data set
   */
  public void pin(String dataSet, String path) {
    usages.of(dataSet).pin(path);
  }

  public void unpin(String dataSet, String path) {
    usages.of(dataSet).unpin(path);
  }

  /**
   * Applies the pins to a file that may be resident already; a pin alone acts on what comes later.
   */
  public void applyPins(FileVersion version) {
    boolean pinned = usages.of(version.dataSet()).isPinned(version.path());
    Segment segment = table.of(version.id());
    synchronized (segment) {
      int slot = segment.find(version.id());
      if (slot >= 0) {
        segment.set(slot, Segment.PINNED, pinned);
      }
    }
  }

  /**
   * Removes files of a data set.
   *
   * @param choice which of them; pinned ones are asked for too
   * @return how many left, and the bytes that became free
   */
  public Pruned prune(String dataSet, Predicate<Candidate> choice) {
    DataSetUsage usage = usages.of(dataSet);
    List<FileId> chosen = new ArrayList<>();
    long now = now();
    int seconds = epochSeconds();
    table.forEach(
        (segment, slot) -> {
          if (segment.dataSet(slot) == usage.number()
              && choice.test(
                  new Candidate(
                      segment.id(slot),
                      seconds - segment.admittedSeconds(slot),
                      (now - segment.lastUse(slot)) / 100,
                      segment.is(slot, Segment.PINNED)))) {
            chosen.add(segment.id(slot));
          }
        });
    long files = 0;
    long bytes = 0;
    for (FileId id : chosen) {
      Optional<Long> removed = find(id).map(removal::drop).filter(n -> n >= 0);
      if (removed.isPresent()) {
        files++;
        bytes += removed.get();
      }
    }
    return new Pruned(files, bytes);
  }

  /** Removes all files of a data set, and what is known of it: it is not served any more. */
  public Pruned drop(String dataSet) {
    if (!usages.isKnown(dataSet)) {
      return new Pruned(0, 0);
    }
    Pruned pruned = prune(dataSet, file -> true);
    usages.forget(dataSet);
    return pruned;
  }

  /**
   * A resident file, for choosing what to remove.
   *
   * @param ageSeconds since it came
   * @param idleSeconds since it was last read, or the store was opened
   * @param pinned whether an operator pinned it
   */
  public record Candidate(FileId id, long ageSeconds, long idleSeconds, boolean pinned) {}

  /** What a prune removed. */
  public record Pruned(long files, long bytes) {}

  /**
   * Checks every resident block against its checksum, at full speed.
   *
   * @return blocks that were bad
   */
  public long scrub() throws IOException {
    return integrity.scrubAll();
  }

  /** Does at once what the background does in time: water marks, times to live, promotions. */
  void tidy() {
    housekeeper.pass(true);
  }

  public StoreStatus status() {
    return new StoreStatus(
        directories.stream()
            .map(
                d ->
                    new StoreStatus.DirectoryStatus(
                        d.tier(),
                        options.tiers().get(d.tier()).medium(),
                        d.path(),
                        d.quotaBytes(),
                        d.usedBytes(),
                        d.state(),
                        d.trouble().orElse("")))
            .toList(),
        usages.statuses(),
        table.size(),
        movedUp.sum(),
        movedDown.sum(),
        expired.sum(),
        integrity.corruptBlocks(),
        integrity.scrubbedBlocks());
  }

  @Override
  public void close() throws IOException {
    housekeeper.close();
    openFiles.closeAll();
    for (TierDirectory directory : directories) {
      directory.close();
    }
  }
}

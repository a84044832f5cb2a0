package io.forebay.store;

import io.forebay.file.FileId;
import io.forebay.limit.Descriptors;
import io.forebay.limit.RateLimit;
import io.forebay.store.retention.Retention;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a store does in the background: keeps tiers below their water marks, makes room for data
 * sets that have a right to it, ends times to live, moves hot files up, watches its disks, and
 * scrubs.
 */
final class Housekeeper implements AutoCloseable {

  private static final long PASS_MILLIS = 1_000;

  /** Reads since the heat was last halved that make a file worth moving up. */
  private static final int HOT = 2;

  private static final long PROMOTE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long COOL_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final long DISK_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Between two rounds of the scrub. */
  private static final long SCRUB_MILLIS = TimeUnit.MINUTES.toMillis(10);

  /** What is made room for at a time, of what a data set holds. */
  static final double ROOM_SHARE = 0.0025;

  private final NodeStore store;
  private final HeatScan census;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wanted = lock.newCondition();
  private final ReentrantLock passing = new ReentrantLock();
  private final Mover mover;
  private Thread worker;
  private Thread scrubber;
  private boolean woken;
  private volatile boolean stopping;
  private long promoted;
  private long cooled;
  private long disksSeen;

  Housekeeper(NodeStore store) {
    this.store = store;
    this.promoted = store.nanoTime();
    this.cooled = promoted;
    this.disksSeen = promoted;
    this.census = new HeatScan(store);
    this.mover = new Mover(store);
  }

  void start() {
    worker = thread("forebay-housekeeper", this::run);
    if (store.options().scrubBytesPerSecond() > 0) {
      scrubber = thread("forebay-scrub", this::scrub);
    }
  }

  private static Thread thread(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Has a pass made soon. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      wanted.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Space was taken in a directory. */
  void filled(TierDirectory directory) {
    TierOptions tier = store.options().tiers().get(directory.tier());
    double mark = store.usages().haveCopies() ? tier.low() : tier.high();
    if (directory.usedBytes() > mark * directory.quotaBytes()) {
      wake();
    }
  }

  /** A block passed by; when its data set has a right to more, room is made for the next. */
  void noRoomFor(DataSetUsage usage, boolean pinned, Retention.Claim claim) {
    if (pinned
        || claim == Retention.Claim.ROOM
        || usage.isBelowGuarantee()
        || store.usages().haveCopies()
        || usage.retention().evictsOwnFiles()) {
      wake();
    }
  }

  private void run() {
    try {
      while (!stopping) {
        lock.lock();
        try {
          if (!woken) {
            wanted.await(PASS_MILLIS, TimeUnit.MILLISECONDS);
          }
          woken = false;
        } finally {
          lock.unlock();
        }
        store.background().run("making room in the tiers", () -> pass(false));
      }
    } catch (InterruptedException e) {
      // The store is being closed.
    }
  }

  /**
   * @param all whether to do at once what is done only now and then
   */
  void pass(boolean all) {
    passing.lock();
    try {
      long now = store.nanoTime();
      if (Descriptors.areScarce()) {
        store.openFiles().closeUnused(); // sockets need some, too
      }
      watchDisks(all || now - disksSeen > DISK_NANOS);
      expire();
      store.usages().all().forEach(usage -> usage.plans().expire());
      obeyQuotas();
      giveUpCopies();
      obeyMaxima();
      evictAboveHigh();
      serveWanted();
      demote();
      if (all || now - promoted > PROMOTE_NANOS) {
        promoted = now;
        promote();
      }
      if (now - cooled > COOL_NANOS) {
        cooled = now;
        store.table().forEach(Segment::cool);
      }
    } catch (InterruptedIOException e) {
      Thread.currentThread().interrupt();
    } finally {
      passing.unlock();
    }
  }

  private void watchDisks(boolean probe) {
    if (probe) {
      disksSeen = store.nanoTime();
    }
    for (TierDirectory directory : store.all()) {
      if (probe && directory.isReadable()) {
        directory.probe(Optional.empty());
        keepLog(directory);
      }
      if (!directory.isReadable() && (forgetFiles(directory) || probe)) {
        directory.reopenEmpty();
      }
    }
  }

  private void keepLog(TierDirectory directory) {
    if (!directory.isWritable()) {
      return;
    }
    try {
      directory.index().sync();
      if (directory.index().isWorthRewriting()) {
        directory.index().rewrite(out -> writeEntries(directory, out));
      }
      directory.recordLogLength();
    } catch (IOException e) {
      directory.probe(Optional.of(e));
    }
  }

  private void writeEntries(
      TierDirectory directory, java.util.function.Consumer<IndexLog.Entry> out) {
    store
        .table()
        .forEach(
            (segment, slot) -> {
              if (segment.directory(slot) == directory.number()) {
                int blocks = store.blocks(segment.length(slot)).count();
                for (int block = 0; block < blocks; block++) {
                  if (segment.isPresent(slot, block)) {
                    out.accept(store.entry(segment, slot, block));
                  }
                }
              }
            });
  }

  /** What a failed disk held is lost; returns whether there was anything. */
  private boolean forgetFiles(TierDirectory directory) {
    List<FileId> lost = new ArrayList<>();
    store
        .table()
        .forEach(
            (segment, slot) -> {
              if (segment.directory(slot) == directory.number()) {
                lost.add(segment.id(slot));
              }
            });
    lost.forEach(id -> store.find(id).ifPresent(store::drop));
    return !lost.isEmpty();
  }

  private void expire() {
    if (store.usages().all().stream().allMatch(s -> s.policy().timeToLive().isEmpty())) {
      return;
    }
    int now = NodeStore.epochSeconds();
    List<FileId> old = new ArrayList<>();
    store
        .table()
        .forEach(
            (segment, slot) ->
                usage(segment, slot)
                    .policy()
                    .timeToLive()
                    .filter(ttl -> now - segment.admittedSeconds(slot) >= ttl.toSeconds())
                    .ifPresent(ttl -> old.add(segment.id(slot))));
    old.forEach(store::expire);
  }

  /** After a quota became smaller, or a machine with smaller disks took the directory over. */
  private void obeyQuotas() {
    for (TierDirectory directory : store.all()) {
      long over = directory.usedBytes() - directory.quotaBytes();
      for (FileId id :
          census.select(
              over, true, (segment, slot) -> segment.directory(slot) == directory.number())) {
        if (directory.usedBytes() <= directory.quotaBytes()) {
          break;
        }
        store.evict(id);
      }
    }
  }

  /** What other nodes own goes first, and already above the low water mark. */
  private void giveUpCopies() {
    if (!store.usages().haveCopies()) {
      return;
    }
    TierSpace.WaterMarks marks = store.room().marks();
    evictCopies(marks.used() - (long) marks.low(), (segment, slot) -> true);
    for (DataSetUsage usage : store.usages().all()) {
      if (usage.copyBytes() > 0) {
        evictCopies(
            usage.usedBytes() - (long) store.room().lowMark(usage),
            (segment, slot) -> segment.dataSet(slot) == usage.number());
      }
    }
  }

  private void evictCopies(long over, HeatScan.Filter which) {
    if (over <= 0) {
      return;
    }
    // More than is asked for, since each time all files are looked at.
    long left = Math.max(over, (long) (ROOM_SHARE * store.room().capacityBytes()));
    for (FileId id :
        census.select(
            left,
            true,
            (segment, slot) ->
                segment.is(slot, Segment.COPY)
                    && !segment.is(slot, Segment.PINNED)
                    && which.accepts(segment, slot))) {
      if (left <= 0) {
        break;
      }
      left -= store.evict(id);
    }
  }

  private void obeyMaxima() {
    for (DataSetUsage usage : store.usages().all()) {
      long over = usage.usedBytes() - usage.policy().maxBytes();
      if (over <= 0 && usage.retention().evictsOwnFiles()) {
        // At its maximum it behaves as a whole cache does at the high water mark.
        long max = usage.policy().maxBytes();
        TierOptions last = store.options().tiers().get(store.options().tiers().size() - 1);
        if (max < Long.MAX_VALUE && usage.usedBytes() > last.high() * max) {
          over = usage.usedBytes() - (long) store.room().lowMark(usage);
        }
      }
      if (over > 0) {
        evictFrom(usage, over);
      }
    }
  }

  /** Above the high water marks of all tiers together, files leave the node. */
  private void evictAboveHigh() {
    TierSpace.WaterMarks marks = store.room().marks();
    if (marks.used() <= marks.high()) {
      return;
    }
    List<DataSetUsage> giving =
        store.usages().all().stream()
            .filter(s -> s.retention().evictsOwnFiles() && s.excessBytes() > 0)
            .toList();
    long excess = giving.stream().mapToLong(DataSetUsage::excessBytes).sum();
    long over = marks.used() - (long) marks.low();
    for (DataSetUsage usage : giving) {
      long part = (long) ((double) over * usage.excessBytes() / excess);
      evictFrom(usage, Math.min(usage.excessBytes(), part));
    }
  }

  /** Makes room for those who found none and have a right to it. */
  private void serveWanted() {
    for (DataSetUsage usage : store.usages().all()) {
      makeRoom(usage, usage.takeWantedForPinned(), true);
      makeRoom(usage, usage.takeWanted(), false);
      long claimed = usage.takeClaimed();
      if (claimed > 0) {
        // More than is asked for, since each time all files are looked at.
        evictFrom(usage, Math.max(claimed, (long) (ROOM_SHARE * usage.usedBytes())));
      }
    }
  }

  /**
   * @param pinned whether the room is for pinned files, which come before all that is not
   */
  private void makeRoom(DataSetUsage usage, long bytes, boolean pinned) {
    if (bytes == 0) {
      return;
    }
    long left = bytes;
    boolean atMaximum = usage.usedBytes() + bytes > usage.policy().maxBytes();
    if (pinned && !usage.isBelowGuarantee()) {
      left -= evictFrom(usage, left);
    }
    boolean entitled = pinned || usage.isBelowGuarantee();
    List<DataSetUsage> others =
        store.usages().all().stream()
            .filter(s -> s != usage && s.excessBytes() > 0 && (entitled || isIdle(s)))
            .sorted(
                Comparator.comparingInt((DataSetUsage s) -> isIdle(s) ? 0 : 1)
                    .thenComparingInt(s -> s.retention().evictsOwnFiles() ? 0 : 1)
                    .thenComparingLong(s -> -s.excessBytes()))
            .toList();
    for (DataSetUsage other : others) {
      if (left > 0 && !atMaximum) {
        left -= evictFrom(other, Math.min(left, other.excessBytes()));
      }
    }
  }

  /** Whether nobody read a data set for long, while others are read. */
  private boolean isIdle(DataSetUsage usage) {
    return (store.now() - usage.lastUse()) * 10 > store.options().idleAfter().toMillis();
  }

  /** Returns how much became free, whatever was filled meanwhile. */
  private long evictFrom(DataSetUsage usage, long bytes) {
    long[] freed = {0};
    usage
        .retention()
        .chooseVictims(
            bytes,
            usage.usedBytes(),
            visitor -> store.forEachHeld(usage, visitor),
            key -> freed[0] += store.evictKey(key));
    for (FileId id :
        census.select(
            bytes - freed[0],
            true,
            (segment, slot) ->
                segment.dataSet(slot) == usage.number() && !segment.is(slot, Segment.PINNED))) {
      if (freed[0] >= bytes) {
        break;
      }
      freed[0] += store.evict(id);
    }
    return freed[0];
  }

  /** Moves the coldest files of a tier above its high water mark to the next that has room. */
  private void demote() throws InterruptedIOException {
    if (store.usages().all().stream().noneMatch(this::mayMoveDown)) {
      return; // a full tier of such files is the usual state, and no reason to look at each of them
    }
    int tiers = store.options().tiers().size();
    for (int tier = tiers - 2; tier >= 0; tier--) {
      TierOptions options = store.options().tiers().get(tier);
      long quota = quota(tier);
      if (used(tier) <= options.high() * quota) {
        continue;
      }
      int from = tier;
      long over = used(tier) - (long) (options.low() * quota);
      List<FileId> cold =
          census.select(
              over,
              true,
              (segment, slot) -> isIn(segment, slot, from) && mayMoveDown(usage(segment, slot)));
      for (FileId id : cold) {
        if (over <= 0 || stopping) {
          break;
        }
        for (int below = tier + 1; below < tiers; below++) {
          TierOptions target = store.options().tiers().get(below);
          if (used(below) < target.high() * quota(below)) {
            long moved = mover.move(id, below);
            over -= moved;
            if (moved > 0) {
              break;
            }
          }
        }
      }
    }
  }

  /** In epochs no file is colder than another, and moving them about would gain nothing. */
  private boolean mayMoveDown(DataSetUsage usage) {
    return usage.retention().evictsOwnFiles() || isIdle(usage);
  }

  /** Moves files up that were read several times lately, as far as there is room. */
  private void promote() throws InterruptedIOException {
    for (int tier = 0; tier < store.options().tiers().size() - 1; tier++) {
      TierOptions options = store.options().tiers().get(tier);
      long room = (long) (options.high() * quota(tier)) - used(tier);
      int above = tier;
      List<FileId> hot =
          census.select(
              room,
              false,
              (segment, slot) -> tierOf(segment, slot) > above && segment.heat(slot) >= HOT);
      for (FileId id : hot) {
        if (room <= 0 || stopping) {
          break;
        }
        long moved = mover.move(id, tier);
        room -= moved;
      }
    }
  }

  private boolean isIn(Segment segment, int slot, int tier) {
    return segment.is(slot, Segment.COMPLETE) && tierOf(segment, slot) == tier;
  }

  private int tierOf(Segment segment, int slot) {
    return store.directory(segment.directory(slot)).tier();
  }

  private DataSetUsage usage(Segment segment, int slot) {
    return store.usages().get(segment.dataSet(slot));
  }

  private long used(int tier) {
    return store.all().stream()
        .filter(d -> d.tier() == tier)
        .mapToLong(TierDirectory::usedBytes)
        .sum();
  }

  private long quota(int tier) {
    return store.all().stream()
        .filter(d -> d.tier() == tier && d.isWritable())
        .mapToLong(TierDirectory::quotaBytes)
        .sum();
  }

  private void scrub() {
    RateLimit pace = new RateLimit(store.options().scrubBytesPerSecond());
    try {
      while (!stopping) {
        TimeUnit.MILLISECONDS.sleep(SCRUB_MILLIS);
        store.background().run("scrubbing the tiers", () -> scrub(pace));
      }
    } catch (InterruptedException e) {
      // The store is being closed.
    }
  }

  private void scrub(RateLimit pace) throws InterruptedException {
    try {
      store.integrity().scrub(pace, () -> stopping);
    } catch (InterruptedIOException e) {
      throw new InterruptedException();
    }
  }

  @Override
  public void close() {
    stopping = true;
    wake();
    if (worker != null) {
      join(worker);
    }
    if (scrubber != null) {
      // It reads through channels of its own, which an interrupt may close.
      scrubber.interrupt();
      join(scrubber);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

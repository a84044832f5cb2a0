package io.forebay.store;

import java.util.List;
import java.util.Optional;

/** How much room the tiers have, and who may have it. Thread-safe. */
final class TierSpace {

  /**
   * What copies leave free below the low water marks, of all: those that had to go are not to come
   * back at once.
   */
  private static final double COPY_MARGIN = 0.01;

  private final List<TierOptions> tiers;
  private final List<TierDirectory> directories;
  private final DataSetUsages usages;
  private final long capacityBytes;

  TierSpace(List<TierOptions> tiers, List<TierDirectory> directories, DataSetUsages usages) {
    this.tiers = tiers;
    this.directories = directories;
    this.usages = usages;
    this.capacityBytes = capacityBytes(tiers);
  }

  static long capacityBytes(List<TierOptions> tiers) {
    return tiers.stream().mapToLong(TierOptions::quotaBytes).sum();
  }

  long capacityBytes() {
    return capacityBytes;
  }

  /** Bytes on disk that are resident or reserved. */
  long usedBytes() {
    return directories.stream().mapToLong(TierDirectory::usedBytes).sum();
  }

  /** The water marks of all tiers together that can be written, and what they have. */
  record WaterMarks(double low, double high, long used) {}

  WaterMarks marks() {
    double low = 0;
    double high = 0;
    long used = 0;
    for (TierDirectory directory : directories) {
      if (directory.isWritable()) {
        TierOptions tier = tiers.get(directory.tier());
        low += tier.low() * directory.quotaBytes();
        high += tier.high() * directory.quotaBytes();
        used += directory.usedBytes();
      }
    }
    return new WaterMarks(low, high, used);
  }

  /** The low water mark of a data set's maximum. */
  double lowMark(DataSetUsage usage) {
    return tiers.get(tiers.size() - 1).low() * usage.policy().maxBytes();
  }

  /** Whether all room that is left was made for somebody. */
  boolean isNearlyFull() {
    return freeBytes() < 2 * Housekeeper.ROOM_SHARE * capacityBytes;
  }

  /** Whether what was made last is nearly taken. */
  boolean isFreedSpaceUsed() {
    return freeBytes() < Housekeeper.ROOM_SHARE / 2 * capacityBytes;
  }

  private long freeBytes() {
    return directories.stream().mapToLong(TierSpace::free).sum();
  }

  /**
   * @param onTheirWay bytes of others that are about to come
   */
  boolean mayFetchAhead(DataSetUsage usage, long onTheirWay) {
    return usage.mayFetchAhead(onTheirWay) || !isNearlyFull();
  }

  /**
   * Whether a file may be here that another node owns: in room that is not needed for what this one
   * does.
   */
  boolean mayCopy(DataSetUsage usage, long bytes) {
    long toCome = usages.all().stream().mapToLong(DataSetUsage::missingBytes).sum();
    WaterMarks marks = marks();
    return marks.used + toCome + bytes <= marks.low - COPY_MARGIN * capacityBytes
        && usage.usedBytes() + usage.missingBytes() + bytes <= (1 - COPY_MARGIN) * lowMark(usage);
  }

  /**
   * Takes room for a block.
   *
   * @param where the file's directory, or -1 for the best that there is
   * @param whole bytes of the file, all of whose blocks will lie where the first one does
   */
  Optional<TierDirectory> take(DataSetUsage usage, int where, long bytes, long whole) {
    if (!usage.reserve(bytes)) {
      return Optional.empty();
    }
    Optional<TierDirectory> taken =
        where >= 0
            ? Optional.of(directories.get(where)).filter(d -> d.reserve(bytes))
            : takeInFastest(bytes, whole)
                .or(() -> whole > bytes ? takeInFastest(bytes, bytes) : Optional.empty());
    if (taken.isEmpty()) {
      usage.release(bytes);
    }
    return taken;
  }

  /**
   * @param free what a directory must have at least
   */
  private Optional<TierDirectory> takeInFastest(long bytes, long free) {
    for (int tier = 0; tier < tiers.size(); tier++) {
      Optional<TierDirectory> taken = takeIn(tier, bytes, free);
      if (taken.isPresent()) {
        return taken;
      }
    }
    return Optional.empty();
  }

  /** Takes room in a tier, where most of it is free. */
  Optional<TierDirectory> takeIn(int tier, long bytes) {
    return takeIn(tier, bytes, bytes);
  }

  private Optional<TierDirectory> takeIn(int tier, long bytes, long free) {
    return directories.stream()
        .filter(d -> d.tier() == tier && free(d) >= free)
        .sorted((a, b) -> Long.compare(free(b), free(a)))
        .filter(d -> d.reserve(bytes))
        .findFirst();
  }

  private static long free(TierDirectory directory) {
    return directory.quotaBytes() - directory.usedBytes();
  }
}

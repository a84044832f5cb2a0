package io.forebay.store;

import io.forebay.file.FileId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a file leaves the store. Thread-safe. */
final class Removal {

  private static final Logger log = LoggerFactory.getLogger(Removal.class);

  /** Larger files leave by another name first, for their removal takes long. */
  private static final long LARGE = 16 << 20;

  private final NodeStore store;

  Removal(NodeStore store) {
    this.store = store;
  }

  /**
   * Removes a file to make room.
   *
   * @return bytes that it took; 0 when it is pinned, gone, or being written
   */
  long evict(ResidentFile file) {
    Removed removed = remove(file, true);
    if (removed == null) {
      return 0;
    }
    removed.usage.evicted(removed.bytes);
    return removed.bytes;
  }

  /**
   * Removes a file, whatever it is good for.
   *
   * @return bytes that it took; -1 when it was gone
   */
  long drop(ResidentFile file) {
    Removed removed = remove(file, false);
    return removed == null ? -1 : removed.bytes;
  }

  private record Removed(DataSetUsage usage, long bytes) {}

  /**
   * @param spare whether to leave files that are pinned or being written
   * @return null when the file was not removed
   */
  private Removed remove(ResidentFile file, boolean spare) {
    Segment segment = file.segment();
    TierDirectory directory;
    Removed removed;
    boolean isLarge;
    int change;
    synchronized (segment) {
      int slot = file.slot();
      if (!file.isAlive()
          || (spare && (segment.is(slot, Segment.PINNED) || segment.writers(slot) > 0))) {
        return null;
      }
      directory = store.directory(segment.directory(slot));
      removed =
          new Removed(
              store.usages().get(segment.dataSet(slot)), segment.allocated(slot, file.blocks()));
      Path path =
          segment.is(slot, Segment.COMPLETE)
              ? directory.complete(file.id())
              : directory.part(file.id());
      isLarge = removed.bytes > LARGE;
      change = unlink(file.id(), directory, path, isLarge);
      if (!segment.isEmpty(slot)) {
        removed.usage.fileRemoved();
      }
      if (segment.is(slot, Segment.COPY)) {
        removed.usage.copied(-removed.bytes);
      }
      removed.usage.clearPrefetched(segment, slot);
      segment.remove(slot);
      store.listener().gone(file.id());
    }
    store.openFiles().forget(file);
    if (isLarge) {
      NodeStore.deleteQuietly(directory.removalPath(file.id()));
    }
    if (change >= 0) {
      directory.inFlight().end(change);
    }
    directory.release(removed.bytes);
    removed.usage.release(removed.bytes);
    removed.usage.retention().onGone(file.id().high());
    return removed;
  }

  /** Returns the slot of the change, or -1 if it could not be noted. */
  private static int unlink(FileId id, TierDirectory directory, Path path, boolean isLarge) {
    if (!directory.isReadable()) {
      return -1;
    }
    int change = -1;
    try {
      change = directory.inFlight().begin(id, 0);
      if (isLarge) {
        Files.move(path, directory.removalPath(id), StandardCopyOption.ATOMIC_MOVE);
      } else {
        Files.deleteIfExists(path);
      }
      directory.index().append(IndexLog.Entry.fileLeft(id));
    } catch (IOException e) {
      log.debug("cannot remove {}; the next start removes it", path, e);
    }
    return change;
  }
}

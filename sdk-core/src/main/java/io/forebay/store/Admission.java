package io.forebay.store;

import io.forebay.file.FileVersion;
import io.forebay.store.retention.Retention;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** How a block comes into the store: room is taken, bytes are written, it is there. Thread-safe. */
final class Admission {

  private final NodeStore store;

  Admission(NodeStore store) {
    this.store = store;
  }

  /**
   * Takes the space for a block that is not there.
   *
   * @return empty when there is no room for it at present
   */
  Optional<BlockWriter> reserve(FileVersion version, int block, Purpose purpose) {
    DataSetUsage usage = store.usages().of(version.dataSet());
    Blocks blocks = store.blocks(version.size());
    long bytes = blocks.allocated(block);
    boolean copy = purpose == Purpose.COPY;
    Retention.Claim claim =
        copy
            ? Retention.Claim.FREE_ROOM
            : usage.retention().claim(version.id().high(), purpose == Purpose.READ);
    boolean passesBy =
        claim == Retention.Claim.NONE || (purpose == Purpose.AHEAD && !usage.mayFetchAhead(0));
    if (passesBy && store.room().isNearlyFull()) {
      return Optional.empty();
    }
    Segment segment = store.table().of(version.id());
    boolean pinned = !copy && usage.isPinned(version.path());
    Optional<TierDirectory> place;
    ResidentFile file = null;
    synchronized (segment) {
      int slot = segment.find(version.id());
      boolean isNew = slot < 0;
      if (!isNew && segment.isPresent(slot, block)) {
        return Optional.empty(); // it came meanwhile, or cannot be read at the moment
      }
      if (copy && !store.room().mayCopy(usage, isNew ? version.size() : bytes)) {
        return Optional.empty();
      }
      place = store.room().take(usage, isNew ? -1 : segment.directory(slot), bytes, version.size());
      if (place.isPresent()) {
        if (isNew) {
          slot =
              segment.insert(
                  version.id(),
                  version.size(),
                  usage.number(),
                  blocks.count(),
                  store.now(),
                  NodeStore.epochSeconds());
          segment.directory(slot, place.get().number());
          segment.set(slot, Segment.PINNED, pinned);
          segment.set(slot, Segment.COPY, copy);
          if (purpose == Purpose.AHEAD) {
            segment.set(slot, Segment.AHEAD, true);
            usage.fetchedAhead(version.size());
          }
        } else if (!copy) {
          store.clearCopied(usage, segment, slot);
        }
        segment.addWriters(slot, 1);
        file = new ResidentFile(store, segment, slot);
      }
    }
    if (place.isEmpty()) {
      if (!copy) {
        usage.want(bytes, pinned, claim);
        store.housekeeper().noRoomFor(usage, pinned, claim);
      }
      return Optional.empty();
    }
    store.housekeeper().filled(place.get());
    if (claim == Retention.Claim.ROOM && store.room().isFreedSpaceUsed()) {
      usage.claim(bytes); // for the next one
      store.housekeeper().wake();
    }
    return Optional.of(new BlockWriter(store, file, usage, place.get(), block));
  }

  /** Opens the unfinished file of a block that is to be written. */
  FileChannel openForWriting(ResidentFile file, TierDirectory directory) throws IOException {
    // Under the lock, so that nothing is made for a file that was dropped just now.
    synchronized (file.segment()) {
      if (!file.isAlive()) {
        throw new IOException("the file was dropped from the store");
      }
      return store
          .openFiles()
          .opened(() -> TierDirectory.openForWriting(directory.part(file.id())));
    }
  }

  /** Makes a written block present, and gives the file its final name with the last one. */
  void commit(BlockWriter writer) throws IOException {
    ResidentFile file = writer.file();
    Segment segment = file.segment();
    TierDirectory directory = writer.directory();
    synchronized (segment) {
      if (!file.isAlive()) {
        throw new IOException("the file was dropped from the store");
      }
      int slot = file.slot();
      boolean first = segment.isEmpty(slot);
      segment.addBlock(slot, writer.block(), writer.crc());
      try {
        // The log first: recovery gives a file its name that did not get it in time.
        directory.index().append(store.entry(segment, slot, writer.block()));
        if (segment.is(slot, Segment.COMPLETE)) {
          Files.move(
              directory.part(file.id()),
              directory.complete(file.id()),
              StandardCopyOption.ATOMIC_MOVE);
        }
      } catch (IOException e) {
        segment.removeBlock(slot, writer.block());
        throw e;
      }
      segment.verified(slot, writer.block());
      segment.addWriters(slot, -1);
      if (first) {
        writer.usage().fileAdded();
      }
      if (segment.is(slot, Segment.COPY)) {
        writer.usage().copied(writer.allocated());
      }
    }
  }

  /** What follows a commit, outside the lock. */
  void committed(BlockWriter writer) {
    ResidentFile file = writer.file();
    store.publishIfVerified(file);
    writer.usage().retention().onResident(file.id().high(), file.allocated());
  }

  /** Undoes a reservation, and what was written of the block. */
  void abandon(BlockWriter writer) {
    ResidentFile file = writer.file();
    Segment segment = file.segment();
    boolean spoilt = false;
    synchronized (segment) {
      if (file.isAlive()) {
        int slot = file.slot();
        segment.addWriters(slot, -1);
        if (segment.isEmpty(slot)) {
          if (segment.writers(slot) == 0) {
            NodeStore.deleteQuietly(writer.directory().part(file.id()));
            writer.usage().clearPrefetched(segment, slot);
            segment.remove(slot);
          }
        } else if (writer.hasWritten()) {
          // Nobody reads a block that is not present, so it may become a hole.
          spoilt =
              !NodeStore.punch(writer.directory().part(file.id()), file.blocks(), writer.block());
        }
      }
    }
    writer.directory().release(writer.allocated());
    writer.usage().release(writer.allocated());
    if (spoilt) {
      store.drop(file);
    }
  }
}

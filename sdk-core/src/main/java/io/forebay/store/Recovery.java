package io.forebay.store;

import io.forebay.file.FileId;
import io.forebay.metadata.TierLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes back what the tiers held, from their logs. After the end of a process, by whatever means,
 * the logs and the slots of {@link InFlight} say all: no file is looked at that was not just being
 * changed, so a million files are back in a second. After a start of the machine every file is
 * looked at.
 */
final class Recovery {

  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private final NodeStore store;
  private DataSetUsage last;

  Recovery(NodeStore store) {
    this.store = store;
  }

  /** Runs before anybody else uses the store. */
  void run() {
    Set<FileId> twice = new HashSet<>();
    for (TierDirectory directory : store.all()) {
      try {
        directory.open(entry -> replay(directory, entry, twice));
      } catch (IOException e) {
        directory.failed(e.toString());
        forget(directory);
      }
    }
    twice.forEach(this::removeCopies);
    for (TierDirectory directory : store.all()) {
      if (directory.isReadable()) {
        try {
          if (directory.needsScan()) {
            lookAtEveryFile(directory);
          } else {
            for (InFlight.Change change : directory.inFlight().unfinished()) {
              settle(directory, change);
            }
          }
          directory.settled();
        } catch (IOException e) {
          directory.probe(java.util.Optional.of(e));
        }
      }
    }
    count();
  }

  private void replay(TierDirectory directory, IndexLog.Entry entry, Set<FileId> twice) {
    Segment segment = store.table().of(entry.id());
    int slot = segment.find(entry.id());
    if (slot >= 0 && segment.directory(slot) != directory.number()) {
      // The process ended between the two ends of a move; both copies are good, one is enough.
      twice.add(entry.id());
      return;
    }
    if (entry.isFileLeft()) {
      if (slot >= 0) {
        segment.remove(slot);
      }
      return;
    }
    Blocks blocks = store.blocks(slot >= 0 ? segment.length(slot) : entry.fileLength());
    if (entry.isBlockLeft()) {
      if (slot >= 0) {
        segment.removeBlock(slot, entry.blockNumber());
        if (segment.isEmpty(slot)) {
          segment.remove(slot);
        }
      }
      return;
    }
    if (slot < 0) {
      slot =
          segment.insert(
              entry.id(),
              entry.fileLength(),
              usage(entry.dataSet()).number(),
              blocks.count(),
              0,
              entry.seconds());
      segment.directory(slot, directory.number());
    }
    segment.addBlock(slot, entry.block(), entry.crc());
  }

  /** Most entries follow one of the same data set. */
  private DataSetUsage usage(long nameHash) {
    if (last == null || last.nameHash() != nameHash) {
      last = store.usages().ofHash(nameHash);
    }
    return last;
  }

  private void forget(TierDirectory directory) {
    store
        .table()
        .forEach(
            (segment, slot) -> {
              if (segment.directory(slot) == directory.number()) {
                segment.remove(slot);
              }
            });
  }

  /** Removes a file from every directory but the one that the table has. */
  private void removeCopies(FileId id) {
    Segment segment = store.table().of(id);
    int slot = segment.find(id);
    for (TierDirectory directory : store.all()) {
      if (directory.isReadable() && (slot < 0 || segment.directory(slot) != directory.number())) {
        NodeStore.deleteQuietly(directory.complete(id));
        NodeStore.deleteQuietly(directory.part(id));
        try {
          directory.index().append(IndexLog.Entry.fileLeft(id));
        } catch (IOException e) {
          log.debug("cannot write the log of {}", directory.path(), e);
        }
      }
    }
  }

  /** Makes the disk agree with the table where the last process was just changing a file. */
  private void settle(TierDirectory directory, InFlight.Change change) throws IOException {
    FileId id = change.id();
    Files.deleteIfExists(directory.movePath(id));
    Files.deleteIfExists(directory.removalPath(id));
    Segment segment = store.table().of(id);
    int slot = segment.find(id);
    if (slot < 0 || segment.directory(slot) != directory.number()) {
      Files.deleteIfExists(directory.complete(id));
      Files.deleteIfExists(directory.part(id));
      return;
    }
    Path complete = directory.complete(id);
    Path part = directory.part(id);
    if (segment.is(slot, Segment.COMPLETE)) {
      if (Files.exists(part)) {
        Files.move(part, complete, StandardCopyOption.ATOMIC_MOVE);
      } else if (!Files.exists(complete)) {
        segment.remove(slot);
        directory.index().append(IndexLog.Entry.fileLeft(id));
      }
      return;
    }
    Blocks blocks = store.blocks(segment.length(slot));
    boolean settled =
        Files.exists(part)
            && (segment.isPresent(slot, change.block())
                || NodeStore.punch(part, blocks, change.block()));
    if (!settled) {
      segment.remove(slot);
      Files.deleteIfExists(part);
      directory.index().append(IndexLog.Entry.fileLeft(id));
    }
  }

  /** Removes what the table does not have, and forgets what is not on disk as it should be. */
  private void lookAtEveryFile(TierDirectory directory) throws IOException {
    log.info(
        directory.inFlight().rebooted()
            ? "the machine was rebooted since {} was last used: checking its files"
            : "checked the files in {}",
        directory.path());
    try (Stream<Path> tree = Files.walk(directory.path(), 2)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        if (path.getNameCount() == directory.path().getNameCount() + 2
            && Files.isRegularFile(path)) {
          if (!recognise(directory, path)) {
            Files.delete(path);
          }
        }
      }
    }
    store
        .table()
        .forEach(
            (segment, slot) -> {
              if (segment.directory(slot) == directory.number()
                  && !segment.is(slot, Segment.SEEN)) {
                segment.remove(slot);
              }
            });
  }

  /** Whether these are the bytes of a file that the table has, as it has them. */
  private boolean recognise(TierDirectory directory, Path path) throws IOException {
    String name = path.getFileName().toString();
    boolean isPart = name.endsWith(TierLayout.PART);
    FileId id = FileId.parse(isPart ? name.replace(TierLayout.PART, "") : name);
    if (id == null) {
      return false;
    }
    Segment segment = store.table().of(id);
    int slot = segment.find(id);
    if (slot < 0 || segment.directory(slot) != directory.number()) {
      return false;
    }
    boolean complete = segment.is(slot, Segment.COMPLETE);
    boolean agrees = isPart != complete && (!complete || Files.size(path) == segment.length(slot));
    segment.set(slot, Segment.SEEN, agrees);
    return agrees;
  }

  private void count() {
    store
        .table()
        .forEach(
            (segment, slot) -> {
              DataSetUsage usage = store.usages().get(segment.dataSet(slot));
              long bytes = segment.allocated(slot, store.blocks(segment.length(slot)));
              store.directory(segment.directory(slot)).recovered(bytes);
              usage.recovered(bytes);
              usage.fileAdded();
            });
  }
}

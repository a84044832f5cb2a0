package io.forebay.snapshot;

import io.forebay.SnapshotRefusedException;
import io.forebay.spec.SnapshotId;
import io.forebay.spec.SnapshotTolerance;
import io.forebay.state.DamagedFileException;
import io.forebay.state.StateFile;
import io.forebay.understore.UnderStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of one data set on this node: a file for each, the name of the one in use, and the
 * names of those that readers asked for, which stay until they are dropped. Thread-safe.
 */
public final class SnapshotStore implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(SnapshotStore.class);

  private static final String SUFFIX = ".snapshot";
  private static final String IN_USE = "in-use";
  private static final String PINNED = "pinned";

  /** Name of the file for what was written since, beside the snapshots. */
  public static final String WRITTEN = "written";

  /** Listings at a time. */
  private static final int WIDTH = 64;

  /** Snapshots that are kept beside the one in use and those that readers pin, the youngest. */
  private static final int SPARE = 3;

  /** Of a file that comes from elsewhere, at a time. */
  private static final int PART_BYTES = 1 << 20;

  private final Path directory;
  private final TreeMap<SnapshotId, Snapshot> opened = new TreeMap<>();
  private final Set<SnapshotId> pinned = new TreeSet<>();

  /** When the latest listing began that found what a snapshot lists. */
  private final Map<SnapshotId, Long> confirmed = new HashMap<>();

  private Optional<SnapshotId> inUse = Optional.empty();

  private SnapshotStore(Path directory) {
    this.directory = directory;
  }

  /**
   * Opens what is there. Damaged files are reported and left out.
   *
   * @param directory of this data set; made when the first snapshot is
   */
  public static SnapshotStore open(Path directory) throws IOException {
    SnapshotStore snapshotStore = new SnapshotStore(directory);
    if (!Files.isDirectory(directory)) {
      return snapshotStore;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        snapshotStore.take(file);
      }
    }
    snapshotStore.inUse = snapshotStore.recalled();
    snapshotStore
        .pinnedFile()
        .readLinesOrSetAside("all pins of snapshots are lost")
        .forEach(id -> snapshotStore.pinned.add(new SnapshotId(id)));
    return snapshotStore;
  }

  /** The one that was in use; the youngest, where that is not known any more. */
  private Optional<SnapshotId> recalled() throws IOException {
    StateFile file = inUseFile();
    Optional<String> text;
    try {
      text = file.read();
    } catch (DamagedFileException e) {
      if (opened.isEmpty()) {
        log.warn("{}; no snapshot: listing the under-store instead", e.getMessage());
        return Optional.empty();
      }
      log.warn("{}; using the latest snapshot, {}", e.getMessage(), opened.lastKey());
      file.write(opened.lastKey().text());
      return Optional.of(opened.lastKey());
    }
    Optional<SnapshotId> known = text.map(t -> new SnapshotId(t.strip()));
    if (known.isPresent() && !opened.containsKey(known.get())) {
      log.warn(
          "cannot read snapshot {} in {}, which was in use; listing the under-store until"
              + " a new snapshot is created",
          known.get(),
          directory);
      return Optional.empty();
    }
    return known;
  }

  private StateFile inUseFile() {
    return new StateFile(directory.resolve(IN_USE));
  }

  private StateFile pinnedFile() {
    return new StateFile(directory.resolve(PINNED));
  }

  private void take(Path file) {
    String name = file.getFileName().toString();
    String id = name.replace(SUFFIX, "");
    if (!name.endsWith(SUFFIX) || !SnapshotId.isOne(id) || !Files.isRegularFile(file)) {
      return;
    }
    try {
      opened.put(new SnapshotId(id), Snapshot.open(file));
    } catch (IOException e) {
      log.warn("{}", e.getMessage());
    }
  }

  /** All of them, oldest first. */
  public synchronized List<SnapshotId> all() {
    return List.copyOf(opened.keySet());
  }

  public synchronized Optional<SnapshotId> inUse() {
    return inUse;
  }

  /** The one in use. */
  public synchronized Optional<Snapshot> current() {
    return inUse.map(opened::get);
  }

  /** When the listing began that last found what the one in use has, in milliseconds since 1970. */
  public synchronized Optional<Long> listedMillis() {
    return current()
        .map(s -> confirmed.getOrDefault(inUse.orElseThrow(), s.info().createdMillis()));
  }

  /**
   * The snapshot for a reader of {@code name@snapshot}. It stays, over restarts too, until it is
   * dropped: nobody tells when the last training is over that reads it.
   *
   * @throws NoSuchFileException when there is no such snapshot
   */
  public synchronized Snapshot pin(SnapshotId id) throws IOException {
    Snapshot snapshot = get(id);
    if (pinned.add(id)) {
      writePinned();
    }
    return snapshot;
  }

  private void writePinned() throws IOException {
    pinnedFile().writeLines(pinned.stream().map(SnapshotId::text).toList());
  }

  public synchronized boolean isPinned(SnapshotId id) {
    return pinned.contains(id);
  }

  /**
   * @throws NoSuchFileException when there is no such snapshot
   */
  public synchronized Snapshot get(SnapshotId id) throws NoSuchFileException {
    Snapshot snapshot = opened.get(id);
    if (snapshot == null) {
      throw new NoSuchFileException(
          id.text(), null, "no such snapshot; existing: " + opened.keySet());
    }
    return snapshot;
  }

  /**
   * Lists the under-store into a new snapshot, which is not in use yet.
   *
   * @param acceptance what it may lack
   * @param progress hears how many entries were found
   * @throws SnapshotRefusedException when it lacks more than that; nothing is left of it
   */
  public SnapshotId create(UnderStore store, SnapshotTolerance acceptance, LongConsumer progress)
      throws IOException {
    Files.createDirectories(directory);
    SnapshotId id = SnapshotId.at(Instant.now());
    Path file = directory.resolve(id + SUFFIX);
    SnapshotInfo info = new SnapshotBuilder(store, WIDTH, progress).build(file);
    try {
      info.requireAccepted(acceptance, current().map(Snapshot::info));
    } catch (SnapshotRefusedException e) {
      Files.delete(file);
      throw e;
    }
    Snapshot snapshot = Snapshot.open(file);
    synchronized (this) {
      opened.put(id, snapshot);
    }
    return id;
  }

  /**
   * The one that lists the same as a new one, which is dropped for it; the new one, if none does.
   */
  public synchronized SnapshotId deduplicate(SnapshotId made) throws IOException {
    Snapshot young = get(made);
    for (SnapshotId id : all()) {
      if (!id.equals(made) && opened.get(id).listsSame(young)) {
        confirmed.put(id, young.info().createdMillis());
        remove(made);
        return id;
      }
    }
    return made;
  }

  /** Gets a part of a file from elsewhere. */
  @FunctionalInterface
  public interface Source {
    /** Fills the target with what the file holds from an offset on; less where it ends. */
    void read(long offset, ByteBuffer target) throws IOException;
  }

  /** Takes a snapshot from elsewhere, which is not in use yet; nothing to do if it is here. */
  public void take(SnapshotId id, Source source) throws IOException {
    synchronized (this) {
      if (opened.containsKey(id)) {
        return;
      }
    }
    Files.createDirectories(directory);
    Path unfinished = directory.resolve(id + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(
              unfinished,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer part = ByteBuffer.allocate(PART_BYTES);
        boolean more = true;
        for (long at = 0; more; at += part.limit()) {
          source.read(at, part.clear());
          more = !part.hasRemaining();
          part.flip();
          while (part.hasRemaining()) {
            channel.write(part);
          }
        }
        channel.force(true);
      }
      Snapshot.open(unfinished).close(); // whether it is one
      Path file = directory.resolve(id + SUFFIX);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      Snapshot snapshot = Snapshot.open(file);
      synchronized (this) {
        opened.put(id, snapshot);
      }
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** Makes a snapshot the one in use, and removes the oldest of too many others. */
  public synchronized void use(SnapshotId id) throws IOException {
    get(id);
    inUseFile().write(id.text());
    inUse = Optional.of(id);
    List<SnapshotId> others =
        opened.keySet().stream().filter(o -> !o.equals(id) && !pinned.contains(o)).toList();
    for (SnapshotId old : others.subList(0, Math.max(0, others.size() - SPARE))) {
      remove(old);
    }
  }

  /**
   * Removes a snapshot.
   *
   * @throws IllegalArgumentException when it is in use
   */
  public synchronized void drop(SnapshotId id) throws IOException {
    get(id);
    if (inUse.isPresent() && inUse.get().equals(id)) {
      throw new IllegalArgumentException(
          "snapshot " + id + " is in use; switch to another one first, or drop the data set");
    }
    remove(id);
    if (pinned.remove(id)) {
      writePinned();
    }
  }

  private void remove(SnapshotId id) throws IOException {
    confirmed.remove(id);
    // Closed by the garbage collector, when the last who looks something up is done.
    Files.deleteIfExists(opened.remove(id).file());
  }

  /** Removes all of them. */
  public synchronized void dropAll() throws IOException {
    inUse = Optional.empty();
    pinned.clear();
    for (SnapshotId id : all()) {
      remove(id);
    }
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) { // damaged snapshots too
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  @Override
  public synchronized void close() throws IOException {
    for (Snapshot snapshot : opened.values()) {
      snapshot.close();
    }
  }
}

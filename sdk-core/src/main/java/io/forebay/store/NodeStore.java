package io.forebay.store;

import io.forebay.metadata.FileId;
import io.forebay.metadata.FileVersion;
import io.forebay.metadata.Residency;
import io.forebay.metadata.TierLayout;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resident files of a node, in one tier. What fits is kept until it is dropped: for epochs in
 * random order no policy keeps more of the reads than that. Thread-safe.
 *
 * <p>Assumes that nobody else writes to the directory, and that the caller holds the node's lock.
 */
public final class NodeStore implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(NodeStore.class);

  private static final String LOG = "index.log";

  private final StoreOptions options;
  private final Residency residency;
  private final Map<FileId, ResidentFile> files = new ConcurrentHashMap<>();
  private final AtomicLong used = new AtomicLong();
  private final LongAdder corruptBlocks = new LongAdder();
  private final OpenFiles openFiles = new OpenFiles();
  private IndexLog index;

  private NodeStore(StoreOptions options, Residency residency) {
    this.options = options;
    this.residency = residency;
  }

  /**
   * Opens a tier and takes back what it held: blocks are found by the index log, what the log does
   * not know is removed, what is missing on disk is forgotten.
   */
  public static NodeStore open(StoreOptions options, Residency residency) throws IOException {
    NodeStore store = new NodeStore(options, residency);
    Files.createDirectories(options.directory());
    store.recover();
    return store;
  }

  private void recover() throws IOException {
    Path file = options.directory().resolve(LOG);
    Map<FileId, ResidentFile> known = new HashMap<>();
    IndexLog.replay(
        file,
        entry -> {
          if (entry.isDrop() || entry.blockBytes() != options.blockBytes()) {
            known.remove(entry.id());
          } else {
            known
                .computeIfAbsent(
                    entry.id(),
                    id -> new ResidentFile(this, id, entry.fileLength(), entry.blockBytes()))
                .recover(entry.block(), entry.crc());
          }
        });
    Set<Path> claimed = new HashSet<>();
    for (ResidentFile resident : known.values()) {
      if (settle(resident)) {
        files.put(resident.id(), resident);
        used.addAndGet(resident.presentBytes());
        claimed.add(resident.path());
      }
    }
    removeUnknown(claimed);
    index =
        IndexLog.rewrite(
            file,
            out ->
                files
                    .values()
                    .forEach(
                        f ->
                            f.presentBlocks().stream()
                                .forEach(
                                    block ->
                                        out.accept(
                                            new IndexLog.Entry(
                                                f.id(),
                                                f.length(),
                                                options.blockBytes(),
                                                block,
                                                f.crc(block))))));
  }

  /** Whether the file is on disk as the log says; a crash may have come before the renaming. */
  private boolean settle(ResidentFile resident) throws IOException {
    Path path = resident.path();
    Path part = TierLayout.part(options.directory(), resident.id());
    if (resident.allPresent() && Files.exists(part) && !Files.exists(path)) {
      Files.move(part, path);
    }
    return Files.exists(path) && (!resident.allPresent() || Files.size(path) == resident.length());
  }

  private void removeUnknown(Set<Path> claimed) throws IOException {
    try (Stream<Path> tree = Files.walk(options.directory(), 2)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        if (path.getParent() != null
            && path.getParent().getFileName().toString().length() == 2
            && Files.isRegularFile(path)
            && !claimed.contains(path)) {
          Files.delete(path);
        }
      }
    }
  }

  /** The tier's directory. */
  public Path directory() {
    return options.directory();
  }

  /** Bytes of file content that are resident or reserved. */
  public long usedBytes() {
    return used.get();
  }

  /** Files with at least one block. */
  public int fileCount() {
    return files.size();
  }

  /** Blocks that were found to differ from their checksum since the store was opened. */
  public long corruptBlocks() {
    return corruptBlocks.sum();
  }

  /** The resident file of a version, if any of it is here. */
  public Optional<ResidentFile> find(FileId id) {
    return Optional.ofNullable(files.get(id));
  }

  /** The resident file of a version, made if there is none yet. */
  public ResidentFile admit(FileVersion version) {
    return files.computeIfAbsent(
        version.id(), id -> new ResidentFile(this, id, version.size(), options.blockBytes()));
  }

  /** Reserves space for a block; false when the tier is full. */
  public boolean reserve(int bytes) {
    while (true) {
      long now = used.get();
      if (now + bytes > options.quotaBytes()) {
        return false;
      }
      if (used.compareAndSet(now, now + bytes)) {
        return true;
      }
    }
  }

  /** Gives back space whose block was not written. */
  public void release(int bytes) {
    used.addAndGet(-bytes);
  }

  /** Forgets a file that never got a block, so that bypassed files leave nothing behind. */
  public void forgetIfEmpty(ResidentFile file) {
    try {
      if (file.dropIfEmpty()) {
        openFiles.forget(file.id());
        files.remove(file.id(), file);
      }
    } catch (IOException e) {
      log.warn("cannot remove {}; it is removed at the next start", file.path(), e);
    }
  }

  /** Removes a file. Readers that have it open go on reading. */
  public void drop(ResidentFile file) {
    long bytes = file.presentBytes();
    Path path = file.path();
    if (!file.drop()) {
      return;
    }
    residency.remove(file.id());
    openFiles.forget(file.id());
    files.remove(file.id(), file);
    used.addAndGet(-bytes);
    try {
      record(IndexLog.Entry.dropped(file.id()));
      Files.deleteIfExists(path);
    } catch (IOException e) {
      log.warn("cannot remove {}; it is removed at the next start", path, e);
    }
  }

  OpenFiles openFiles() {
    return openFiles;
  }

  void record(IndexLog.Entry entry) throws IOException {
    index.append(entry);
  }

  /** Tells the node's processes that they may read the file themselves. */
  void publish(ResidentFile file) {
    residency.put(file.id(), new Residency.Location(0, file.length()));
  }

  /** Compares a block with its checksum; a file with a bad block leaves the store. */
  boolean verify(ResidentFile file, int block) {
    try {
      ByteBuffer bytes = ByteBuffer.allocate(file.blockLength(block));
      file.read(file.blockStart(block), bytes);
      CRC32C crc = new CRC32C();
      crc.update(bytes.flip());
      if ((int) crc.getValue() == file.crc(block)) {
        file.markVerified(block);
        if (file.isVerified()) {
          publish(file);
        }
        return true;
      }
      log.warn("block {} of {} differs from its checksum; fetching it again", block, file.path());
    } catch (TierException e) {
      log.warn("block {} of {} cannot be read; fetching it again", block, file.path(), e);
    }
    corruptBlocks.increment();
    drop(file);
    return false;
  }

  @Override
  public void close() throws IOException {
    openFiles.closeAll();
    index.close();
  }
}

package io.forebay.metadata;

import io.forebay.FileStatus;
import io.forebay.file.FileId;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.openhft.chronicle.map.ChronicleMap;

/**
 * A namespace in a memory-mapped map, written by the node's owner and read by every process.
 *
 * <p>Keys start with 8 bytes that stand for (data set, epoch). Counting a data set's epoch up makes
 * all readers see other entries at once: none, to clear it, or those that were put there before.
 * Then follows
 *
 * <ul>
 *   <li>a path: value is a status ({@link NameCodec});
 *   <li>a directory, NUL, page number: value is a page of its children ({@link ListingPages});
 *   <li>in the key of epoch 0 only, NUL: value is the epoch.
 * </ul>
 */
final class SharedNamespace implements Namespace {

  private static final byte[] NOTHING = {};
  private static final byte[] NUL = {0};

  /** How long an epoch is believed before it is looked up again. */
  private static final long EPOCH_AGE_NANOS = 100_000_000;

  /** Of a data set without a record of it; 0 is the epoch of the records themselves. */
  private static final long FIRST_EPOCH = 1;

  private record Epoch(long number, long prefix, long readAt) {}

  private final ChronicleMap<byte[], byte[]> map;
  private final Map<String, Epoch> epochs = new ConcurrentHashMap<>();
  private final MapCircuitBreaker trouble;

  SharedNamespace(ChronicleMap<byte[], byte[]> map, MapCircuitBreaker trouble) {
    this.map = map;
    this.trouble = trouble;
  }

  /** Names, pages of listings, epochs, and what former epochs left. */
  long names() {
    return map.longSize();
  }

  /** Puts every entry into another map. */
  void copyTo(SharedNamespace other) {
    map.forEach(other::put);
  }

  @Override
  public Optional<FileStatus> stat(String dataSet, String path) {
    byte[] value = get(key(current(dataSet).prefix, path, NOTHING));
    return value == null
        ? Optional.empty()
        : Optional.ofNullable(trouble.call(() -> NameCodec.read(ByteBuffer.wrap(value), path)));
  }

  @Override
  public Optional<List<FileStatus>> list(String dataSet, String directory) {
    long prefix = current(dataSet).prefix;
    List<FileStatus> entries = new ArrayList<>();
    long stamp = 0;
    int pages = 1;
    for (int page = 0; page < pages; page++) {
      byte[] value = get(pageKey(prefix, directory, page));
      if (value == null) {
        return Optional.empty();
      }
      ByteBuffer fields = ByteBuffer.wrap(value);
      try {
        long pageStamp = fields.getLong();
        if (page == 0) {
          stamp = pageStamp;
          pages = fields.getInt();
        } else if (pageStamp != stamp) {
          return Optional.empty(); // replaced while we read
        }
        ListingPages.read(fields, directory, entries);
      } catch (BufferUnderflowException | IllegalArgumentException e) {
        return Optional.empty();
      }
    }
    if (pages < 1) {
      return Optional.empty(); // no page that was written says so, and empty directories have one
    }
    return Optional.of(Collections.unmodifiableList(entries));
  }

  @Override
  public void put(String dataSet, FileStatus status) {
    put(current(dataSet).prefix, status);
  }

  private void put(long prefix, FileStatus status) {
    ByteBuffer value = ByteBuffer.allocate(NameCodec.bound(status));
    NameCodec.put(value, status);
    byte[] bytes = new byte[value.position()];
    value.flip().get(bytes);
    put(key(prefix, status.path(), NOTHING), bytes);
  }

  @Override
  public void putListing(String dataSet, String directory, List<FileStatus> entries) {
    long prefix = current(dataSet).prefix;
    ListingPages pages = pages(prefix, directory);
    for (FileStatus entry : entries) {
      put(prefix, entry);
      pages.add(entry);
    }
    pages.close();
  }

  private ListingPages pages(long prefix, String directory) {
    return new ListingPages((page, bytes) -> put(pageKey(prefix, directory, page), bytes));
  }

  @Override
  public void clear(String dataSet) {
    startEpoch(dataSet, current(dataSet).number + 1);
  }

  @Override
  public long epoch(String dataSet) {
    return current(dataSet).number;
  }

  private void startEpoch(String dataSet, long epoch) {
    put(epochKey(dataSet), ByteBuffer.allocate(Long.BYTES).putLong(epoch).array());
    epochs.remove(dataSet);
  }

  @Override
  public void forget(String dataSet, String path) {
    long prefix = current(dataSet).prefix;
    remove(key(prefix, path, NOTHING));
    remove(pageKey(prefix, io.forebay.file.DataPath.parent(path), 0));
  }

  @Override
  public void replace(String dataSet, FileList files, long entries) throws IOException {
    long next = current(dataSet).number + 1;
    long prefix = hash(dataSet, next);
    TreeAssembler assembler =
        new TreeAssembler(
            new TreeAssembler.Target() {
              @Override
              public void entry(FileStatus entry) {
                // An object and a directory may share a name, and the object came first.
                if (!entry.directory() || get(key(prefix, entry.path(), NOTHING)) == null) {
                  put(prefix, entry);
                }
              }

              @Override
              public TreeAssembler.Children open(String directory) {
                return pages(prefix, directory);
              }
            });
    files.forEach(assembler::add);
    assembler.finish();
    startEpoch(dataSet, next);
  }

  /** Removes all entries of former epochs and of other data sets. */
  void removeAllBut(Set<String> dataSets) {
    Set<Long> alive = new HashSet<>();
    for (String dataSet : dataSets) {
      alive.add(hash(dataSet, 0));
      alive.add(current(dataSet).prefix);
    }
    trouble.run(
        () ->
            map.forEachEntry(
                entry -> {
                  if (!alive.contains(ByteBuffer.wrap(entry.key().get()).getLong())) {
                    entry.doRemove();
                  }
                }));
  }

  private Epoch current(String dataSet) {
    Epoch known = epochs.get(dataSet);
    long now = System.nanoTime();
    if (known == null || now - known.readAt > EPOCH_AGE_NANOS) {
      byte[] value = get(epochKey(dataSet));
      long number = value == null ? FIRST_EPOCH : ByteBuffer.wrap(value).getLong();
      // The hash is dear, and an epoch lives long.
      long prefix = known != null && known.number == number ? known.prefix : hash(dataSet, number);
      known = new Epoch(number, prefix, now);
      epochs.put(dataSet, known);
    }
    return known;
  }

  private static long hash(String dataSet, long epoch) {
    return FileId.of(dataSet, FileStatus.file("", epoch, 0, "epoch")).high();
  }

  private static byte[] epochKey(String dataSet) {
    return key(hash(dataSet, 0), "", NUL);
  }

  private static byte[] pageKey(long prefix, String directory, int page) {
    return key(
        prefix,
        directory,
        ByteBuffer.allocate(1 + Integer.BYTES).put((byte) 0).putInt(page).array());
  }

  private static byte[] key(long prefix, String path, byte[] suffix) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + bytes.length + suffix.length)
        .putLong(prefix)
        .put(bytes)
        .put(suffix)
        .array();
  }

  private byte[] get(byte[] key) {
    return trouble.call(() -> map.get(key));
  }

  private void put(byte[] key, byte[] value) {
    trouble.run(() -> map.put(key, value));
  }

  private void remove(byte[] key) {
    trouble.run(() -> map.remove(key));
  }

  @Override
  public void close() {
    map.close();
  }
}

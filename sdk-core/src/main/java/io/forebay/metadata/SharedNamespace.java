package io.forebay.metadata;

import io.forebay.DataPath;
import io.forebay.FileStatus;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import net.openhft.chronicle.map.ChronicleMap;

/**
 * A namespace in a memory-mapped map, written by the node's owner and read by every process.
 *
 * <p>Keys start with 8 bytes that stand for (data set, epoch); clearing a data set means counting
 * its epoch up, and what has the old one is never found again. Then follows
 *
 * <ul>
 *   <li>a path: value is kind (byte), size, time, etag;
 *   <li>a directory, NUL, page number: value is a stamp, the number of pages, and children as
 *       (kind, name). Pages keep entries small; the stamp tells pages of two listings apart;
 *   <li>in the key of epoch 0 only, NUL: value is the epoch.
 * </ul>
 */
final class SharedNamespace implements Namespace {

  private static final byte FILE = 0;
  private static final byte DIRECTORY = 1;
  private static final byte[] NOTHING = {};

  /** Bytes of children in a page: within what one map entry can hold, beside a long path. */
  private static final int PAGE_BYTES = 1024;

  /** How long an epoch is believed before it is looked up again. */
  private static final long EPOCH_AGE_NANOS = 100_000_000;

  private record Epoch(long prefix, long readAt) {}

  private final ChronicleMap<byte[], byte[]> map;
  private final Map<String, Epoch> epochs = new ConcurrentHashMap<>();
  private final MapTrouble trouble;

  SharedNamespace(ChronicleMap<byte[], byte[]> map, MapTrouble trouble) {
    this.map = map;
    this.trouble = trouble;
  }

  /** Puts every entry into another map. */
  void copyTo(SharedNamespace other) {
    map.forEach(other::put);
  }

  @Override
  public Optional<FileStatus> stat(String dataSet, String path) {
    byte[] value = get(key(prefix(dataSet), path, NOTHING));
    if (value == null) {
      return Optional.empty();
    }
    ByteBuffer fields = ByteBuffer.wrap(value);
    if (fields.get() == DIRECTORY) {
      return Optional.of(FileStatus.directory(path));
    }
    long size = fields.getLong();
    long modified = fields.getLong();
    return Optional.of(FileStatus.file(path, size, modified, rest(fields)));
  }

  @Override
  public Optional<List<FileStatus>> list(String dataSet, String directory) {
    long prefix = prefix(dataSet);
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
        pages = fields.getInt();
        if (page == 0) {
          stamp = pageStamp;
        } else if (pageStamp != stamp) {
          return Optional.empty(); // replaced while we read
        }
        while (fields.hasRemaining()) {
          boolean isDirectory = fields.get() == DIRECTORY;
          byte[] name = new byte[fields.getShort()];
          fields.get(name);
          String path = DataPath.child(directory, new String(name, StandardCharsets.UTF_8));
          Optional<FileStatus> status =
              isDirectory ? Optional.of(FileStatus.directory(path)) : stat(dataSet, path);
          if (status.isEmpty()) {
            return Optional.empty();
          }
          entries.add(status.get());
        }
      } catch (BufferUnderflowException e) {
        return Optional.empty();
      }
    }
    return Optional.of(Collections.unmodifiableList(entries));
  }

  @Override
  public void put(String dataSet, FileStatus status) {
    put(prefix(dataSet), status);
  }

  private void put(long prefix, FileStatus status) {
    byte[] etag = status.etag().getBytes(StandardCharsets.UTF_8);
    byte[] value =
        status.directory()
            ? new byte[] {DIRECTORY}
            : ByteBuffer.allocate(1 + 2 * Long.BYTES + etag.length)
                .put(FILE)
                .putLong(status.size())
                .putLong(status.modifiedMillis())
                .put(etag)
                .array();
    put(key(prefix, status.path(), NOTHING), value);
  }

  @Override
  public void putListing(String dataSet, String directory, List<FileStatus> entries) {
    long prefix = prefix(dataSet);
    entries.forEach(entry -> put(prefix, entry));
    List<ByteBuffer> pages = new ArrayList<>(List.of(page()));
    for (FileStatus entry : entries) {
      byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
      ByteBuffer page = pages.get(pages.size() - 1);
      if (page.remaining() < name.length + 3) {
        page = page();
        pages.add(page);
      }
      page.put(entry.directory() ? DIRECTORY : FILE).putShort((short) name.length).put(name);
    }
    long stamp = ThreadLocalRandom.current().nextLong();
    // The first page last: who finds it finds the others.
    for (int i = pages.size() - 1; i >= 0; i--) {
      ByteBuffer page = pages.get(i).putLong(0, stamp).putInt(Long.BYTES, pages.size()).flip();
      byte[] value = new byte[page.remaining()];
      page.get(value);
      put(pageKey(prefix, directory, i), value);
    }
  }

  private static ByteBuffer page() {
    // Room for the longest name even if it comes first: names have at most 1,023 bytes.
    return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + PAGE_BYTES + 3)
        .position(Long.BYTES + Integer.BYTES);
  }

  @Override
  public void clear(String dataSet) {
    byte[] key = key(hash(dataSet, 0), "", new byte[] {0});
    byte[] value = get(key);
    long epoch = value == null ? 0 : ByteBuffer.wrap(value).getLong();
    put(key, ByteBuffer.allocate(Long.BYTES).putLong(epoch + 1).array());
    epochs.remove(dataSet);
  }

  private long prefix(String dataSet) {
    Epoch known = epochs.get(dataSet);
    long now = System.nanoTime();
    if (known == null || now - known.readAt > EPOCH_AGE_NANOS) {
      byte[] value = get(key(hash(dataSet, 0), "", new byte[] {0}));
      long epoch = value == null ? 0 : ByteBuffer.wrap(value).getLong();
      known = new Epoch(hash(dataSet, epoch), now);
      epochs.put(dataSet, known);
    }
    return known.prefix;
  }

  private static long hash(String dataSet, long epoch) {
    return FileId.of(dataSet, FileStatus.file("", epoch, 0, "epoch")).high();
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

  private static String rest(ByteBuffer fields) {
    byte[] bytes = new byte[fields.remaining()];
    fields.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private byte[] get(byte[] key) {
    if (trouble.isStuck()) {
      return null;
    }
    try {
      return map.get(key);
    } catch (RuntimeException e) {
      trouble.met(e);
      return null;
    }
  }

  private void put(byte[] key, byte[] value) {
    if (trouble.isStuck()) {
      return;
    }
    try {
      map.put(key, value);
    } catch (RuntimeException e) {
      trouble.met(e);
    }
  }

  @Override
  public void close() {
    map.close();
  }
}

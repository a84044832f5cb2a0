package io.forebay.snapshot;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.forebay.FileStatus;
import io.forebay.state.DamagedFileException;
import io.forebay.understore.Utf8;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An immutable list of all files of a data set at one time, in a file whose blocks carry checksums.
 * Looking something up reads one block; nothing but the index of blocks is held on heap.
 * Thread-safe.
 */
public final class Snapshot implements Closeable {

  /** Decoded blocks that are kept, at about a megabyte each. */
  private static final int CACHED = 16;

  private final Path file;
  // Not a FileChannel: that one would be closed for all by the interruption of one reader.
  private final RandomAccessFile content;
  private final long fileBytes;
  private final SnapshotInfo info;
  private final long[] offsets;
  private final String[] firsts;
  private final Cache<Integer, List<FileStatus>> decoded =
      Caffeine.newBuilder().maximumSize(CACHED).build();

  private Snapshot(
      Path file, RandomAccessFile content, SnapshotInfo info, long[] offsets, String[] firsts)
      throws IOException {
    this.file = file;
    this.content = content;
    this.fileBytes = content.length();
    this.info = info;
    this.offsets = offsets;
    this.firsts = firsts;
  }

  /**
   * Opens a snapshot file and checks its trailer and index.
   *
   * @throws IOException when it is not one, or is damaged
   */
  public static Snapshot open(Path file) throws IOException {
    RandomAccessFile content = new RandomAccessFile(file.toFile(), "r");
    try {
      return open(file, content);
    } catch (BufferUnderflowException | NegativeArraySizeException e) {
      content.close();
      throw damaged(file, e.toString());
    } catch (IOException | RuntimeException e) {
      content.close();
      throw e;
    }
  }

  private static Snapshot open(Path file, RandomAccessFile content) throws IOException {
    if (content.length() < Long.BYTES + SnapshotWriter.TRAILER_BYTES) {
      throw damaged(file, "it is too short");
    }
    long magic = read(content, content.length() - Long.BYTES, Long.BYTES).getLong();
    if (magic != SnapshotWriter.MAGIC && magic != SnapshotWriter.FIRST_MAGIC) {
      throw damaged(file, "it has no trailer of a snapshot");
    }
    boolean first = magic == SnapshotWriter.FIRST_MAGIC;
    int trailerBytes = first ? SnapshotWriter.FIRST_TRAILER_BYTES : SnapshotWriter.TRAILER_BYTES;
    long trailerAt = content.length() - trailerBytes;
    ByteBuffer trailer = read(content, trailerAt, trailerBytes);
    int checked = trailerBytes - Integer.BYTES - Long.BYTES;
    if (trailer.getInt(checked) != EntryBlock.crc(trailer.slice(0, checked))) {
      throw damaged(file, "the checksum of its trailer is wrong");
    }
    long indexAt = trailer.getLong();
    int blocks = trailer.getInt();
    int crc = trailer.getInt();
    SnapshotInfo info =
        new SnapshotInfo(
            trailer.getLong(),
            trailer.getLong(),
            trailer.getLong(),
            trailer.getLong(),
            trailer.getLong(),
            first ? 0 : trailer.getLong());
    ByteBuffer index = read(content, indexAt, Math.toIntExact(trailerAt - indexAt));
    if (EntryBlock.crc(index) != crc) {
      throw damaged(file, "the checksum of its index is wrong");
    }
    long[] offsets = new long[blocks + 1];
    String[] firsts = new String[blocks];
    for (int i = 0; i < blocks; i++) {
      offsets[i] = index.getLong();
      byte[] path = new byte[index.getShort() & 0xffff];
      index.get(path);
      firsts[i] = new String(path, StandardCharsets.UTF_8);
    }
    offsets[blocks] = indexAt;
    return new Snapshot(file, content, info, offsets, firsts);
  }

  private static ByteBuffer read(RandomAccessFile content, long at, int length) throws IOException {
    byte[] bytes = new byte[length];
    synchronized (content) {
      content.seek(at);
      content.readFully(bytes);
    }
    return ByteBuffer.wrap(bytes);
  }

  private static IOException damaged(Path file, String how) {
    return new DamagedFileException(file, how);
  }

  public Path file() {
    return file;
  }

  /** Reads a part of the file; less than the target has room for where the file ends. */
  public void read(long offset, ByteBuffer target) throws IOException {
    long left = Math.max(0, fileBytes - offset);
    target.put(read(content, offset, (int) Math.min(left, target.remaining())));
  }

  public SnapshotInfo info() {
    return info;
  }

  /** Whether it lists the same as another one, whenever either was made. */
  boolean listsSame(Snapshot other) throws IOException {
    long end = offsets[offsets.length - 1];
    if (!info.isSame(other.info) || end != other.offsets[other.offsets.length - 1]) {
      return false;
    }
    long mismatch = Files.mismatch(file, other.file);
    return mismatch < 0 || mismatch >= end; // behind it is the time
  }

  /** Reads entries in order. */
  @FunctionalInterface
  public interface Visitor {
    void visit(FileStatus entry) throws IOException;
  }

  /** All entries in order: files, and directories that are empty. */
  public void forEach(Visitor visitor) throws IOException {
    for (int block = 0; block < firsts.length; block++) {
      for (FileStatus entry : load(block)) {
        visitor.visit(entry);
      }
    }
  }

  /** The entries at and below a path, in order. */
  public void forEach(String path, Visitor visitor) throws IOException {
    if (path.isEmpty()) {
      forEach(visitor);
      return;
    }
    Optional<FileStatus> at = find(path);
    if (at.isPresent()) {
      visitor.visit(at.get());
    }
    Cursor cursor = cursor(path + "/");
    for (FileStatus entry = cursor.peek();
        entry != null && entry.path().startsWith(path + "/");
        entry = cursor.peek()) {
      visitor.visit(entry);
      cursor.next();
    }
  }

  /**
   * @throws NoSuchFileException when the snapshot has no such path
   */
  public FileStatus stat(String path) throws IOException {
    Optional<FileStatus> entry = find(path);
    if (entry.isPresent()) {
      return entry.get();
    }
    if (path.isEmpty() || isDirectory(path)) {
      return FileStatus.directory(path);
    }
    throw new NoSuchFileException(path, null, "not in the snapshot of " + info.created());
  }

  private boolean isDirectory(String path) throws IOException {
    FileStatus below = cursor(path + "/").peek();
    return below != null && below.path().startsWith(path + "/");
  }

  private Optional<FileStatus> find(String path) throws IOException {
    FileStatus entry = cursor(path).peek();
    return entry != null && entry.path().equals(path) ? Optional.of(entry) : Optional.empty();
  }

  /**
   * The children of a directory.
   *
   * @throws NoSuchFileException when there is no such directory
   */
  public List<FileStatus> list(String directory) throws IOException {
    String prefix = directory.isEmpty() ? "" : directory + "/";
    Map<String, FileStatus> directories = new LinkedHashMap<>();
    List<FileStatus> children = new ArrayList<>();
    Cursor cursor = cursor(prefix);
    for (FileStatus entry = cursor.peek();
        entry != null && entry.path().startsWith(prefix);
        entry = cursor.peek()) {
      int slash = entry.path().indexOf('/', prefix.length());
      if (slash < 0 && !entry.directory()) {
        children.add(entry);
        cursor.next();
      } else {
        String child = slash < 0 ? entry.path() : entry.path().substring(0, slash);
        directories.put(child, FileStatus.directory(child));
        if (slash < 0) {
          cursor.next();
        } else {
          cursor.skipTo(child + "0"); // '0' is what follows '/'
        }
      }
    }
    if (children.isEmpty() && directories.isEmpty() && !stat(directory).directory()) {
      throw new NoSuchFileException(directory, null, "is a file, not a directory");
    }
    children.addAll(directories.values());
    return children;
  }

  /** Stands at the first entry whose path is not less than a given one. */
  Cursor cursor(String from) throws IOException {
    return new Cursor(from);
  }

  /** A place among the entries. Used by one thread. */
  final class Cursor {

    private int block;
    private List<FileStatus> entries = List.of();
    private int at;

    private Cursor(String from) throws IOException {
      skipTo(from);
    }

    void skipTo(String path) throws IOException {
      int target = Math.max(block(path), 0);
      if (target != block || entries.isEmpty()) {
        block = target;
        entries = firsts.length == 0 ? List.of() : decoded(block);
        at = 0;
      }
      int low = at;
      int high = entries.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (Utf8.ORDER.compare(entries.get(middle).path(), path) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      at = low;
      advance();
    }

    private void advance() throws IOException {
      while (at == entries.size() && block + 1 < firsts.length) {
        entries = decoded(++block);
        at = 0;
      }
    }

    /** Null behind the last. */
    FileStatus peek() {
      return at < entries.size() ? entries.get(at) : null;
    }

    void next() throws IOException {
      at++;
      advance();
    }
  }

  /**
   * The block in which a path's first entry would be: an equal first path may start one earlier.
   */
  private int block(String path) {
    int low = 0;
    int high = firsts.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Utf8.ORDER.compare(firsts[middle], path) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  private List<FileStatus> decoded(int block) throws IOException {
    List<FileStatus> known = decoded.getIfPresent(block);
    if (known == null) {
      known = load(block);
      decoded.put(block, known);
    }
    return known;
  }

  private List<FileStatus> load(int block) throws IOException {
    int length = Math.toIntExact(offsets[block + 1] - offsets[block]);
    ByteBuffer bytes = read(content, offsets[block], length);
    int stored = bytes.getInt();
    int crc = bytes.getInt();
    if (stored != bytes.remaining() || EntryBlock.crc(bytes) != crc) {
      throw damaged(file, "block " + block + " has a wrong checksum");
    }
    return EntryBlock.read(bytes);
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}

package io.forebay.snapshot;

import io.forebay.FileStatus;
import io.forebay.metadata.EtagCodec;
import io.forebay.metadata.Varint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Some neighbouring entries of a snapshot as bytes. Two columns: what compresses (names by the
 * length they share with the one before, kinds, sizes, times by difference) is deflated; etags are
 * random and stand as they are, hexadecimal ones as binary.
 *
 * <pre>
 * entries (u32), deflated length (u32), inflated length (u32), deflated, etags
 * </pre>
 *
 * Used by one thread.
 */
final class EntryBlock {

  /** Bytes of names, sizes and times of a block, before compression. */
  private static final int FULL = 64 << 10;

  private static final int HEADER_BYTES = 3 * Integer.BYTES;

  /** Room for the last entry of a block: a path of 1,023 bytes and some numbers. */
  private static final int OVERHANG = 2048;

  /** The kind of a directory; that of a file is the form of its etag. */
  private static final byte DIRECTORY = 9;

  private final ByteBuffer plain = ByteBuffer.allocate(FULL + OVERHANG);
  private final ByteArrayOutputStream etags = new ByteArrayOutputStream(FULL);
  private final Deflater deflater;
  private byte[] before = {};
  private long timeBefore;
  private int count;

  /**
   * @param level of compression, 1 to 9
   */
  EntryBlock(int level) {
    deflater = new Deflater(level, true);
  }

  boolean isEmpty() {
    return count == 0;
  }

  boolean isFull() {
    return plain.position() >= FULL;
  }

  void add(FileStatus entry) {
    byte[] path = entry.path().getBytes(StandardCharsets.UTF_8);
    int shared = 0;
    int most = Math.min(path.length, before.length);
    while (shared < most && path[shared] == before[shared]) {
      shared++;
    }
    EtagCodec form = EtagCodec.of(entry.etag());
    plain.put(entry.directory() ? DIRECTORY : form.number());
    Varint.put(plain, shared);
    Varint.put(plain, path.length - shared);
    plain.put(path, shared, path.length - shared);
    if (!entry.directory()) {
      Varint.put(plain, entry.size());
      long difference = entry.modifiedMillis() - timeBefore;
      Varint.put(plain, (difference << 1) ^ (difference >> 63));
      byte[] etag = form.encode(entry.etag());
      Varint.put(plain, etag.length);
      etags.writeBytes(etag);
      timeBefore = entry.modifiedMillis();
    }
    before = path;
    count++;
  }

  /** The block, and an empty one again. */
  byte[] take() {
    int length = plain.position();
    deflater.reset();
    deflater.setInput(plain.flip());
    deflater.finish();
    ByteArrayOutputStream deflated = new ByteArrayOutputStream(length / 2);
    byte[] chunk = new byte[8192];
    while (!deflater.finished()) {
      deflated.write(chunk, 0, deflater.deflate(chunk));
    }
    byte[] block =
        ByteBuffer.allocate(HEADER_BYTES + deflated.size() + etags.size())
            .putInt(count)
            .putInt(deflated.size())
            .putInt(length)
            .put(deflated.toByteArray())
            .put(etags.toByteArray())
            .array();
    plain.clear();
    etags.reset();
    before = new byte[0];
    timeBefore = 0;
    count = 0;
    return block;
  }

  void close() {
    deflater.end();
  }

  /**
   * The entries of a block.
   *
   * @throws IOException when the bytes are not a block
   */
  static List<FileStatus> read(ByteBuffer block) throws IOException {
    try {
      int count = block.getInt();
      byte[] deflated = new byte[block.getInt()];
      byte[] plain = new byte[block.getInt()];
      block.get(deflated);
      inflate(deflated, plain);
      return entries(count, ByteBuffer.wrap(plain), block);
    } catch (BufferUnderflowException
        | DataFormatException
        | NegativeArraySizeException
        | IndexOutOfBoundsException e) {
      throw new IOException("not a block of a snapshot: " + e, e);
    }
  }

  private static void inflate(byte[] deflated, byte[] plain) throws DataFormatException {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(deflated);
      for (int at = 0; at < plain.length; ) {
        int n = inflater.inflate(plain, at, plain.length - at);
        if (n == 0) {
          throw new DataFormatException("it ends too early");
        }
        at += n;
      }
    } finally {
      inflater.end();
    }
  }

  private static List<FileStatus> entries(int count, ByteBuffer plain, ByteBuffer etags) {
    List<FileStatus> entries = new ArrayList<>(count);
    byte[] path = new byte[256];
    long time = 0;
    for (int i = 0; i < count; i++) {
      int kind = plain.get();
      int shared = (int) Varint.get(plain);
      int rest = (int) Varint.get(plain);
      int length = shared + rest;
      if (length > path.length) {
        path = java.util.Arrays.copyOf(path, 2 * length);
      }
      plain.get(path, shared, rest);
      String name = new String(path, 0, length, StandardCharsets.UTF_8);
      if (kind == DIRECTORY) {
        entries.add(FileStatus.directory(name));
        continue;
      }
      long size = Varint.get(plain);
      long difference = Varint.get(plain);
      time += (difference >>> 1) ^ -(difference & 1);
      byte[] etag = new byte[(int) Varint.get(plain)];
      etags.get(etag);
      entries.add(FileStatus.file(name, size, time, EtagCodec.of(kind).decode(etag)));
    }
    return entries;
  }

  static int crc(ByteBuffer block) {
    CRC32C crc = new CRC32C();
    crc.update(block.duplicate());
    return (int) crc.getValue();
  }
}

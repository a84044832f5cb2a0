package io.forebay.snapshot;

import io.forebay.FileStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
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

  // Kinds of entries: a directory, or a file by what its etag is. Bits, so that more may come.
  private static final int DIRECTORY = 1;
  private static final int UPPER_HEX = 2;
  private static final int LOWER_HEX = 4;

  private static final HexFormat UPPER = HexFormat.of().withUpperCase();
  private static final HexFormat LOWER = HexFormat.of();

  private final ByteArrayOutputStream plain = new ByteArrayOutputStream(FULL + 4096);
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
    return plain.size() >= FULL;
  }

  void add(FileStatus entry) {
    byte[] path = entry.path().getBytes(StandardCharsets.UTF_8);
    int shared = 0;
    int most = Math.min(path.length, before.length);
    while (shared < most && path[shared] == before[shared]) {
      shared++;
    }
    int kind = entry.directory() ? DIRECTORY : etagKind(entry.etag());
    plain.write(kind);
    number(plain, shared);
    number(plain, path.length - shared);
    plain.write(path, shared, path.length - shared);
    if (!entry.directory()) {
      number(plain, entry.size());
      long difference = entry.modifiedMillis() - timeBefore;
      number(plain, (difference << 1) ^ (difference >> 63));
      byte[] etag =
          switch (kind) {
            case UPPER_HEX -> UPPER.parseHex(entry.etag());
            case LOWER_HEX -> LOWER.parseHex(entry.etag());
            default -> entry.etag().getBytes(StandardCharsets.UTF_8);
          };
      number(plain, etag.length);
      etags.writeBytes(etag);
      timeBefore = entry.modifiedMillis();
    }
    before = path;
    count++;
  }

  /** The block, and an empty one again. */
  byte[] take() {
    byte[] input = plain.toByteArray();
    deflater.reset();
    deflater.setInput(input);
    deflater.finish();
    ByteArrayOutputStream deflated = new ByteArrayOutputStream(input.length / 2);
    byte[] chunk = new byte[8192];
    while (!deflater.finished()) {
      deflated.write(chunk, 0, deflater.deflate(chunk));
    }
    byte[] block =
        ByteBuffer.allocate(HEADER_BYTES + deflated.size() + etags.size())
            .putInt(count)
            .putInt(deflated.size())
            .putInt(input.length)
            .put(deflated.toByteArray())
            .put(etags.toByteArray())
            .array();
    plain.reset();
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
      int shared = (int) number(plain);
      int rest = (int) number(plain);
      int length = shared + rest;
      if (length > path.length) {
        path = java.util.Arrays.copyOf(path, 2 * length);
      }
      plain.get(path, shared, rest);
      String name = new String(path, 0, length, StandardCharsets.UTF_8);
      if ((kind & DIRECTORY) != 0) {
        entries.add(FileStatus.directory(name));
        continue;
      }
      long size = number(plain);
      long difference = number(plain);
      time += (difference >>> 1) ^ -(difference & 1);
      byte[] etag = new byte[(int) number(plain)];
      etags.get(etag);
      String text =
          switch (kind) {
            case UPPER_HEX -> UPPER.formatHex(etag);
            case LOWER_HEX -> LOWER.formatHex(etag);
            default -> new String(etag, StandardCharsets.UTF_8);
          };
      entries.add(FileStatus.file(name, size, time, text));
    }
    return entries;
  }

  /** What stands for the text of an etag without loss. */
  private static int etagKind(String etag) {
    boolean upper = etag.length() % 2 == 0 && !etag.isEmpty();
    boolean lower = upper;
    for (int i = 0; i < etag.length() && (upper || lower); i++) {
      char c = etag.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      upper &= digit || (c >= 'A' && c <= 'F');
      lower &= digit || (c >= 'a' && c <= 'f');
    }
    return upper ? UPPER_HEX : lower ? LOWER_HEX : 0;
  }

  static int crc(ByteBuffer block) {
    CRC32C crc = new CRC32C();
    crc.update(block.duplicate());
    return (int) crc.getValue();
  }

  private static void number(ByteArrayOutputStream out, long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      out.write((int) (left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.write((int) left);
  }

  private static long number(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException("a number without an end");
  }
}

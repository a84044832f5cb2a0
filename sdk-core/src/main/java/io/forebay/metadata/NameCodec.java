package io.forebay.metadata;

import io.forebay.FileStatus;
import java.nio.ByteBuffer;

/**
 * A status without its path in a few bytes: kind (u8: the form of the etag, or 9 for a directory),
 * and for a file size, time, length of the etag ({@link Varint}), and the etag.
 */
final class NameCodec {

  private static final byte DIRECTORY = 9;

  private NameCodec() {}

  static void put(ByteBuffer out, FileStatus status) {
    if (status.directory()) {
      out.put(DIRECTORY);
      return;
    }
    EtagCodec form = EtagCodec.of(status.etag());
    byte[] etag = form.encode(status.etag());
    out.put(form.number());
    Varint.put(out, status.size());
    Varint.put(out, status.modifiedMillis());
    Varint.put(out, etag.length);
    out.put(etag);
  }

  /** The most bytes that {@link #put} takes. */
  static int bound(FileStatus status) {
    return 1 + 3 * Varint.MAX_BYTES + 4 * status.etag().length();
  }

  static FileStatus read(ByteBuffer in, String path) {
    byte kind = in.get();
    if (kind == DIRECTORY) {
      return FileStatus.directory(path);
    }
    long size = Varint.get(in);
    long modified = Varint.get(in);
    byte[] etag = new byte[(int) Varint.get(in)];
    in.get(etag);
    return FileStatus.file(path, size, modified, EtagCodec.of(kind).decode(etag));
  }
}

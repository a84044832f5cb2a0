package io.forebay.fuse.fs;

import io.forebay.fuse.journal.PackedStatus;
import io.forebay.fuse.protocol.Reply;
import java.nio.charset.StandardCharsets;

/**
 * An entry of a listing, {@code struct fuse_dirent}, or {@code fuse_direntplus}, which has what a
 * look-up would say before it.
 *
 * @param bytes have its name in them
 * @param from where the name begins
 * @param to where it ends
 */
record Dirent(byte[] bytes, int from, int to, boolean directory) {

  private static final int HEAD = 24;
  private static final int DT_DIR = 4;
  private static final int DT_REG = 8;

  static Dirent of(String name, boolean directory) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return new Dirent(bytes, 0, bytes.length, directory);
  }

  /**
   * @param status a {@link PackedStatus}
   */
  static Dirent of(byte[] status) {
    return new Dirent(
        status,
        PackedStatus.nameStart(status),
        PackedStatus.pathEnd(status),
        PackedStatus.isDirectory(status));
  }

  /** What it takes in a reply. */
  int length(boolean plus) {
    return (plus ? Attributes.ENTRY_OUT : 0) + HEAD + (to - from + 7) / 8 * 8;
  }

  /**
   * Writes it behind the place for a look-up's answer, if there is one.
   *
   * @param at offset in a body that has room for it
   * @param next offset in the listing of what comes behind it
   */
  void put(Reply reply, int at, boolean plus, long node, long next) {
    int head = at + (plus ? Attributes.ENTRY_OUT : 0);
    reply.setLong(head, node);
    reply.setLong(head + 8, next);
    reply.setInt(head + 16, to - from);
    reply.setInt(head + 20, directory ? DT_DIR : DT_REG);
    reply.setBytes(head + HEAD, bytes, from, to - from);
  }
}

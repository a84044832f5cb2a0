package io.forebay.fuse.fs;

import io.forebay.fuse.protocol.Reply;
import java.nio.charset.StandardCharsets;

/**
 * An entry of a listing, {@code struct fuse_dirent}, or {@code fuse_direntplus}, which has what a
 * look-up would say before it.
 *
 * @param bytes its name
 */
record Dirent(byte[] bytes, boolean directory) {

  private static final int HEAD = 24;
  private static final int DT_DIR = 4;
  private static final int DT_REG = 8;

  static Dirent of(String name, boolean directory) {
    return new Dirent(name.getBytes(StandardCharsets.UTF_8), directory);
  }

  /** What it takes in a reply. */
  int length(boolean plus) {
    return (plus ? Attributes.ENTRY_OUT : 0) + HEAD + (bytes.length + 7) / 8 * 8;
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
    reply.setInt(head + 16, bytes.length);
    reply.setInt(head + 20, directory ? DT_DIR : DT_REG);
    reply.setBytes(head + HEAD, bytes);
  }
}

package io.forebay.fuse.fs;

import io.forebay.fuse.protocol.Reply;

/** The answer to an open, {@code struct fuse_open_out}. */
final class OpenOut {

  static final int BYTES = 16;

  // FOPEN_*
  static final int DIRECT_IO = 1;
  static final int KEEP_CACHE = 1 << 1;
  static final int NOFLUSH = 1 << 5;
  static final int PASSTHROUGH = 1 << 7;

  private OpenOut() {}

  /**
   * @param offset in a body that has room for it
   * @param handle comes with every request for what was opened
   * @param backing id of a backing file; 0 for none
   */
  static void put(Reply reply, int offset, long handle, int flags, int backing) {
    reply.setLong(offset, handle);
    reply.setInt(offset + 8, flags);
    reply.setInt(offset + 12, backing);
  }
}

package io.forebay.fuse.fs;

import io.forebay.FileStatus;
import io.forebay.fuse.protocol.Reply;
import java.time.Duration;

/**
 * How files look: owner, permissions and how long the kernel may believe it. Writes {@code struct
 * fuse_attr} (88 bytes), {@code fuse_attr_out} (104) and {@code fuse_entry_out} (128).
 *
 * @param uid owner of all files
 * @param gid group of all files
 * @param umask permissions that are taken away
 * @param writable whether anybody can have the permission to write
 * @param executable whether files can be executed
 * @param attributes how long the kernel may keep attributes
 * @param entries how long it may keep names
 * @param negative how long it may believe that a name is missing; zero for not at all
 */
public record Attributes(
    int uid,
    int gid,
    int umask,
    boolean writable,
    boolean executable,
    Duration attributes,
    Duration entries,
    Duration negative) {

  static final int ATTR_OUT = 104;
  static final int ENTRY_OUT = 128;

  private static final int S_IFDIR = 0x4000;
  private static final int S_IFREG = 0x8000;
  private static final int BLOCK_BYTES = 512;
  private static final int PREFERRED_BYTES = 128 << 10;

  int mode(boolean directory) {
    int write = writable ? 0222 : 0;
    int execute = directory || executable ? 0111 : 0;
    return (directory ? S_IFDIR : S_IFREG) | ((0444 | write | execute) & ~umask);
  }

  /** The same, to be believed until the kernel is told of a change. */
  Attributes cachedUntilNotified() {
    Duration longest = Duration.ofDays(1);
    return new Attributes(uid, gid, umask, writable, executable, longest, longest, negative);
  }

  /** The same, to be asked for again each time. */
  Attributes withoutAttributeCache() {
    return new Attributes(
        uid, gid, umask, writable, executable, Duration.ZERO, entries, Duration.ZERO);
  }

  /** As {@link #withoutAttributeCache}, and names are to be looked up again each time, too. */
  Attributes withoutCache() {
    return new Attributes(
        uid, gid, umask, writable, executable, Duration.ZERO, Duration.ZERO, Duration.ZERO);
  }

  /** As {@link #withoutCache}; nobody may write. */
  Attributes readOnlyWithoutCache() {
    return new Attributes(
        uid, gid, umask, false, false, Duration.ZERO, Duration.ZERO, Duration.ZERO);
  }

  /** The body of an answer to GETATTR. */
  void putAttributes(Reply reply, long node, FileStatus status) {
    reply.body(ATTR_OUT);
    reply.setLong(0, attributes.getSeconds());
    reply.setInt(8, attributes.getNano());
    put(reply, 16, node, status);
  }

  /**
   * An entry within a body that has room for it.
   *
   * @param offset in the body
   */
  void putEntry(Reply reply, int offset, long node, FileStatus status) {
    reply.setLong(offset, node);
    reply.setLong(offset + 16, entries.getSeconds());
    reply.setLong(offset + 24, attributes.getSeconds());
    reply.setInt(offset + 32, entries.getNano());
    reply.setInt(offset + 36, attributes.getNano());
    put(reply, offset + 40, node, status);
  }

  /** The body of an answer to LOOKUP of what is not there, which is remembered. */
  void putMissing(Reply reply) {
    reply.body(ENTRY_OUT);
    reply.setLong(16, negative.getSeconds());
    reply.setInt(32, negative.getNano());
  }

  private void put(Reply reply, int offset, long node, FileStatus status) {
    long seconds = Math.floorDiv(status.modifiedMillis(), 1_000L);
    int nanos = (int) Math.floorMod(status.modifiedMillis(), 1_000L) * 1_000_000;
    reply.setLong(offset, node);
    reply.setLong(offset + 8, status.size());
    reply.setLong(offset + 16, (status.size() + BLOCK_BYTES - 1) / BLOCK_BYTES);
    for (int time = 0; time < 3; time++) { // atime, mtime, ctime
      reply.setLong(offset + 24 + 8 * time, seconds);
      reply.setInt(offset + 48 + 4 * time, nanos);
    }
    reply.setInt(offset + 60, mode(status.directory()));
    reply.setInt(offset + 64, status.directory() ? 2 : 1);
    reply.setInt(offset + 68, uid);
    reply.setInt(offset + 72, gid);
    reply.setInt(offset + 80, PREFERRED_BYTES);
  }
}

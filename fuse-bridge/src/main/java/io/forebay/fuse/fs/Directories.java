package io.forebay.fuse.fs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.forebay.FileStatus;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Answers listings, {@code struct fuse_dirent} and {@code fuse_direntplus}. An entry's offset is
 * its number, so a listing is kept until the kernel has had the whole of it. Thread-safe.
 */
final class Directories {

  private static final int DIRENT = 24;
  private static final int DT_DIR = 4;
  private static final int DT_REG = 8;

  /** Entries of all listings that are kept, at about 200 bytes each. */
  private static final long KEPT = 100_000;

  /** Tells what is in a directory, and how what is in it looks. */
  interface Tree {
    List<FileStatus> list(String directory) throws IOException;

    FileStatus shown(Inode inode) throws IOException;
  }

  private final Tree tree;
  private final Inodes inodes;
  private final Attributes attributes;
  private final Cache<Long, List<FileStatus>> kept =
      Caffeine.newBuilder()
          .maximumWeight(KEPT)
          .weigher((Long node, List<FileStatus> entries) -> 1 + entries.size())
          .expireAfterAccess(Duration.ofMinutes(1))
          .build();

  Directories(Tree tree, Inodes inodes, Attributes attributes) {
    this.tree = tree;
    this.inodes = inodes;
    this.attributes = attributes;
  }

  /** Has what is listed from now on asked for anew. */
  void forget() {
    kept.invalidateAll();
  }

  /**
   * @param offset number of the first entry; 0 begins anew
   * @param size bytes that the kernel has room for
   * @param plus whether each entry comes with what a look-up would say
   * @param request that asks for it
   */
  void list(Inode directory, long offset, long size, boolean plus, long request, Reply reply)
      throws IOException {
    if (!directory.status().directory()) {
      reply.error(Errno.ENOTDIR);
      return;
    }
    List<FileStatus> entries = offset == 0 ? null : kept.getIfPresent(directory.id());
    if (entries == null) {
      entries = tree.list(directory.status().path());
      kept.put(directory.id(), entries);
    }
    long room = Math.min(size, reply.room());
    int head = plus ? Attributes.ENTRY_OUT + DIRENT : DIRENT;
    long at = 0;
    for (long i = Math.max(0, offset); i < entries.size(); i++) {
      FileStatus entry = entries.get((int) i);
      byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
      long length = head + (name.length + 7L) / 8 * 8;
      if (at + length > room) {
        break;
      }
      reply.body(at + length);
      long node = 0;
      if (plus) {
        Inode inode = inodes.lookUp(entry, request);
        node = inode.id();
        attributes.putEntry(reply, at, node, tree.shown(inode));
      }
      long dirent = at + head - DIRENT;
      reply.setLong(dirent, plus ? node : i + 2);
      reply.setLong(dirent + 8, i + 1);
      reply.setInt(dirent + 16, name.length);
      reply.setInt(dirent + 20, entry.directory() ? DT_DIR : DT_REG);
      reply.setBytes(dirent + DIRENT, name);
      at += length;
    }
    if (offset + 1 >= entries.size()) {
      kept.invalidate(directory.id());
    }
  }
}

package io.forebay.fuse.fs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.forebay.FileStatus;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Answers listings, as {@link Dirent}s. An entry's offset is its number, so a listing is kept until
 * the kernel has had the whole of it. Thread-safe.
 */
final class Directories {

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
  private final Consumer<List<FileStatus>> whole;
  private final Cache<Long, List<FileStatus>> kept =
      Caffeine.newBuilder()
          .maximumWeight(KEPT)
          .weigher((Long node, List<FileStatus> entries) -> 1 + entries.size())
          .expireAfterAccess(Duration.ofMinutes(1))
          .executor(Runnable::run) // waking another thread costs more than the work
          .build();

  /**
   * @param whole hears of each directory whose entries the kernel has all had
   */
  Directories(Tree tree, Inodes inodes, Attributes attributes, Consumer<List<FileStatus>> whole) {
    this.tree = tree;
    this.inodes = inodes;
    this.attributes = attributes;
    this.whole = whole;
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
  void list(Inode directory, long offset, int size, boolean plus, long request, Reply reply)
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
    if (plus && offset >= entries.size()) {
      whole.accept(entries);
    }
    int room = Math.min(size, reply.room());
    int at = 0;
    for (long i = Math.max(0, offset); i < entries.size(); i++) {
      FileStatus entry = entries.get((int) i);
      Dirent dirent = Dirent.of(entry.name(), entry.directory());
      int length = dirent.length(plus);
      if (at + length > room) {
        break;
      }
      reply.body(at + length);
      long node = i + 2;
      if (plus) {
        Inode inode = inodes.lookUp(entry, request);
        node = inode.id();
        attributes.putEntry(reply, at, node, tree.shown(inode));
      }
      dirent.put(reply, at, plus, node, i + 1);
      at += length;
    }
    if (offset + 1 >= entries.size()) {
      kept.invalidate(directory.id());
    }
  }
}

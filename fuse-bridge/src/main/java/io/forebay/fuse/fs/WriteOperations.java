package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.file.DataPath;
import io.forebay.fuse.journal.Journal;
import io.forebay.fuse.protocol.Caller;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Reply;
import io.forebay.fuse.protocol.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What changes a data set through a mount. A file that is written is a {@link Draft} until it is
 * closed or synced, and then stored as a whole, or the caller has an error. A directory whose last
 * file was deleted, and one that no snapshot knows yet, is there for this mount until it is
 * removed. Thread-safe.
 */
final class WriteOperations implements Directories.Tree {

  private static final Logger log = LoggerFactory.getLogger(WriteOperations.class);

  /** What a handle that writes is called; readers' is 0. */
  static final long HANDLE = 1;

  // open(2)
  private static final int O_TRUNC = 0x200;
  private static final int O_EXCL = 0x80;

  // FATTR_*
  private static final int FATTR_SIZE = 1 << 3;

  private static final int RENAME_NOREPLACE = 1;

  private static final int S_IFMT = 0xf000;
  private static final int S_IFREG = 0x8000;

  private static final int WRITE_OUT = 8;

  private final DataSet dataSet;
  private final Spool spool;
  private final Inodes inodes;
  private final BackingFiles backing;
  private final Journal journal;
  private final RecoveredState known;

  /** Not to be believed for long: they change with each write. */
  private final Attributes passing;

  private final Attributes unstored;

  private final Map<Long, Draft> drafts = new ConcurrentHashMap<>();
  private final Set<String> made = ConcurrentHashMap.newKeySet();

  WriteOperations(
      DataSet dataSet,
      Spool spool,
      Inodes inodes,
      BackingFiles backing,
      Attributes attributes,
      Journal journal,
      RecoveredState known) {
    this.dataSet = dataSet;
    this.spool = spool;
    this.inodes = inodes;
    this.backing = backing;
    this.passing = attributes.withoutAttributeCache();
    this.unstored = attributes.withoutCache();
    this.journal = journal;
    this.known = known;
  }

  /**
   * Whether a process before this one found that names may be changed as a request wants it, and
   * perhaps did so. Then names that are as it wants them are its success.
   */
  private boolean wasBegun(Request request) {
    return request.isResent() && known.takeChanging(request.number());
  }

  Optional<Draft> draft(long node) {
    return Optional.ofNullable(drafts.get(node));
  }

  /** How a node looks to those who ask now. */
  FileStatus shown(Inode inode) {
    return shown(inode, inode.status());
  }

  @Override
  public FileStatus shown(Inode inode, FileStatus status) {
    if (drafts.isEmpty()) {
      return status;
    }
    Draft draft = drafts.get(inode.id());
    return draft == null ? status : draft.status();
  }

  /** For how long a node is believed: not at all while it may still turn out not to be stored. */
  Attributes attributes(Inode inode, Attributes usual) {
    return drafts.containsKey(inode.id()) ? unstored : usual;
  }

  /** What is at a path. */
  FileStatus stat(String path) throws IOException {
    if (!drafts.isEmpty()) {
      Optional<Inode> known = inodes.find(path).filter(inode -> drafts.containsKey(inode.id()));
      if (known.isPresent()) {
        return known.get().status();
      }
    }
    try {
      return dataSet.stat(path);
    } catch (NoSuchFileException e) {
      if (made.contains(path)) {
        return FileStatus.directory(path);
      }
      throw e;
    }
  }

  private boolean exists(String path) throws IOException {
    try {
      stat(path);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** What is in a directory. */
  @Override
  public List<FileStatus> list(String directory) throws IOException {
    if (made.isEmpty() && drafts.isEmpty()) {
      return dataSet.list(directory);
    }
    List<FileStatus> entries;
    try {
      entries = new ArrayList<>(dataSet.list(directory));
    } catch (NoSuchFileException e) {
      if (!made.contains(directory)) {
        throw e;
      }
      entries = new ArrayList<>();
    }
    for (String path : made) {
      add(entries, directory, FileStatus.directory(path));
    }
    for (long node : drafts.keySet()) {
      Optional<Inode> inode = inodes.current(node);
      if (inode.isPresent()) {
        add(entries, directory, inode.get().status());
      }
    }
    return entries;
  }

  private static void add(List<FileStatus> entries, String directory, FileStatus entry) {
    if (DataPath.parent(entry.path()).equals(directory)) {
      entries.removeIf(e -> e.path().equals(entry.path()));
      entries.add(entry);
    }
  }

  void create(Inode parent, Request request, Reply reply) throws IOException {
    String path = parent.child(request.nameAt(16));
    if ((request.intAt(0) & O_EXCL) != 0 && exists(path)) {
      reply.error(Errno.EEXIST);
      return;
    }
    Inode inode = inodes.create(path, request.number());
    drafts.put(inode.id(), Draft.empty(path, spool, request.caller()));
    reply.body(Attributes.ENTRY_OUT + OpenOut.BYTES);
    unstored.putEntry(reply, 0, inode.id(), shown(inode));
    synchronized (inode) {
      inodes.opened(inode, Inode.Mode.ANSWERED, request.number());
    }
    putOpened(reply, Attributes.ENTRY_OUT);
  }

  /** A file that is empty, and stored at once. */
  void makeNode(Inode parent, Request request, Reply reply) throws IOException {
    if ((request.intAt(0) & S_IFMT) != S_IFREG) {
      reply.error(Errno.EPERM); // only files and directories are
      return;
    }
    String path = parent.child(request.nameAt(16));
    boolean begun = wasBegun(request);
    if (!begun && exists(path)) {
      reply.error(Errno.EEXIST);
      return;
    }
    journal.changing(request.number());
    try (Draft draft = Draft.empty(path, spool, request.caller())) {
      Inode inode = inodes.lookUp(draft.store(dataSet).orElseThrow(), request.number());
      reply.body(Attributes.ENTRY_OUT);
      passing.putEntry(reply, 0, inode.id(), inode.status());
    }
  }

  /** Opens a file that is there, to be written. */
  void open(Inode inode, Request request, Reply reply) throws IOException {
    synchronized (inode) {
      if (inode.mode == Inode.Mode.PASSTHROUGH) {
        reply.error(Errno.EBUSY); // the kernel reads its former version, and allows no mixture
        return;
      }
      Draft draft = drafts.get(inode.id());
      boolean empty = (request.intAt(0) & O_TRUNC) != 0;
      if (draft == null) {
        FileStatus status = inode.status();
        draft =
            empty
                ? Draft.empty(status.path(), spool, request.caller())
                : Draft.of(dataSet, status, spool, request.caller());
        drafts.put(inode.id(), draft);
      } else {
        draft.opened(request.caller());
        if (empty) {
          draft.truncated(request.caller());
        }
      }
      inodes.opened(inode, Inode.Mode.ANSWERED, request.number());
      reply.body(OpenOut.BYTES);
      putOpened(reply, 0);
    }
  }

  private static void putOpened(Reply reply, int offset) {
    OpenOut.put(reply, offset, HANDLE, OpenOut.KEEP_CACHE, 0);
  }

  void write(Inode inode, Request request, Reply reply) throws IOException {
    ByteBuffer bytes = request.bytesAt(40, request.intAt(16));
    int length = bytes.remaining();
    written(inode).write(bytes, request.longAt(8), request.caller());
    reply.body(WRITE_OUT);
    reply.setInt(0, length);
  }

  /** The draft of a handle that writes. */
  private Draft written(Inode inode) throws IOException {
    Draft draft = drafts.get(inode.id());
    if (draft == null) {
      throw new IOException(
          inode.path() + " was open for writing when the process of the mount died");
    }
    return draft;
  }

  /**
   * A process closes a descriptor. If it changed the file, and has no other descriptor of it, the
   * file is stored when this returns, or an error tells that it is not.
   */
  void flush(Inode inode, Caller caller) throws IOException {
    String path = inode.path();
    String name = path.substring(path.lastIndexOf('/') + 1);
    Draft draft = written(inode);
    if (draft.isClosedBy(caller)) {
      // Also when the process has another descriptor, such as the one that Python's mmap keeps.
      draft.requireComplete();
      if (!caller.canWrite(name, inode.id())) {
        store(inode);
      }
    }
  }

  /** On fsync: when this returns the file is stored, or an error tells that it is not. */
  void store(Inode inode) throws IOException {
    Optional<FileStatus> stored = written(inode).store(dataSet);
    if (stored.isPresent()) {
      synchronized (inode) {
        backing.unregister(inode);
        inodes.update(inode, stored.get());
      }
    }
  }

  /**
   * The last descriptor of a handle that wrote is closed. No process waits for this, nor hears of
   * an error; so it stores only what no close before could.
   */
  void release(Inode inode) throws IOException {
    Draft draft = drafts.get(inode.id());
    if (draft == null || !draft.released()) {
      return;
    }
    try {
      if (draft.isUnsettled()) {
        store(inode);
      }
    } catch (IOException e) {
      log.warn("{} was closed, but cannot be stored: {}", inode.path(), e.getMessage());
    }
    synchronized (inode) {
      if (!draft.isOpen()) {
        drafts.remove(inode.id(), draft);
        draft.close();
      }
    }
  }

  /** A size is set; owner, permissions and times are taken note of by nobody. */
  void setAttributes(Inode inode, Request request, Reply reply) throws IOException {
    if ((request.intAt(0) & FATTR_SIZE) != 0) {
      long size = request.longAt(16);
      synchronized (inode) {
        Draft draft = drafts.get(inode.id());
        if (inode.mode == Inode.Mode.PASSTHROUGH) {
          reply.error(Errno.EBUSY);
          return;
        }
        if (draft != null) {
          draft.resize(size, request.caller());
        } else {
          resize(inode, size, request.caller());
        }
      }
    }
    passing.putAttributes(reply, inode.id(), shown(inode));
  }

  private void resize(Inode inode, long size, Caller caller) throws IOException {
    FileStatus status = inode.status();
    try (Draft draft =
        size == 0
            ? Draft.empty(status.path(), spool, caller)
            : Draft.of(dataSet, status, spool, caller)) {
      draft.resize(size, caller);
      drafts.put(inode.id(), draft);
      store(inode);
    } finally {
      drafts.remove(inode.id());
    }
  }

  void makeDirectory(Inode parent, Request request, Reply reply) throws IOException {
    String path = parent.child(request.nameAt(8));
    boolean begun = wasBegun(request);
    boolean exists = exists(path);
    if (exists && !begun) {
      reply.error(Errno.EEXIST);
      return;
    }
    journal.changing(request.number());
    if (!exists) {
      dataSet.makeDirectory(path);
    }
    made.add(path);
    Inode inode = inodes.lookUp(FileStatus.directory(path), request.number());
    reply.body(Attributes.ENTRY_OUT);
    passing.putEntry(reply, 0, inode.id(), inode.status());
  }

  void removeDirectory(Inode parent, Request request, Reply reply) throws IOException {
    String path = parent.child(request.nameAt(0));
    if (wasBegun(request) && !exists(path)) {
      keep(parent);
    } else if (!stat(path).directory()) {
      reply.error(Errno.ENOTDIR);
    } else if (!list(path).isEmpty()) {
      reply.error(Errno.ENOTEMPTY);
    } else {
      journal.changing(request.number());
      dataSet.removeDirectory(path);
      made.remove(path);
      keep(parent);
      inodes.find(path).ifPresent(inodes::detach);
    }
  }

  void unlink(Inode parent, Request request, Reply reply) throws IOException {
    String path = parent.child(request.nameAt(0));
    if (wasBegun(request) && !exists(path)) {
      keep(parent);
      return;
    }
    if (stat(path).directory()) {
      reply.error(Errno.EISDIR);
      return;
    }
    journal.changing(request.number());
    Optional<Inode> inode = inodes.find(path);
    discardDraftAnd(
        inode,
        () -> {
          dataSet.delete(path);
          return path;
        });
    inode.ifPresent(inodes::detach);
    keep(parent);
  }

  private interface Change<T> {
    T make() throws IOException;
  }

  /**
   * Makes a change that takes a file away. What is being written in it is not stored from now on,
   * unless the change fails.
   */
  private <T> T discardDraftAnd(Optional<Inode> file, Change<T> change) throws IOException {
    Optional<Draft> draft = file.flatMap(inode -> draft(inode.id()));
    draft.ifPresent(d -> d.setDeleted(true));
    boolean made = false;
    try {
      T result = change.make();
      made = true;
      return result;
    } finally {
      if (!made) {
        draft.ifPresent(d -> d.setDeleted(false));
      }
    }
  }

  /** A directory stays until it is removed, also when its last file is. */
  private void keep(Inode directory) {
    if (!directory.path().isEmpty()) {
      made.add(directory.path());
    }
  }

  /**
   * @param flags of renameat2(2)
   * @param oldName offset of the names
   */
  void rename(Inode parent, Inode newParent, int flags, int oldName, Request request, Reply reply)
      throws IOException {
    String from = parent.child(request.nameAt(oldName));
    String to = newParent.child(request.nameAt(oldName + request.nameBytesAt(oldName) + 1));
    if (wasBegun(request) && !exists(from) && exists(to)) {
      keep(parent);
      return;
    }
    FileStatus source = stat(from);
    if ((flags & ~RENAME_NOREPLACE) != 0) {
      reply.error(Errno.EINVAL);
      return;
    }
    if (source.directory()) {
      reply.error(Errno.EXDEV); // mv then copies; object stores have no other way
      return;
    }
    if (exists(to)) {
      if (flags == RENAME_NOREPLACE) {
        reply.error(Errno.EEXIST);
        return;
      }
      if (stat(to).directory()) {
        reply.error(Errno.EISDIR);
        return;
      }
    }
    if (from.equals(to)) {
      return;
    }
    journal.changing(request.number());
    Optional<Inode> moving = inodes.find(from);
    Optional<Draft> draft = moving.flatMap(inode -> draft(inode.id()));
    Optional<Inode> replaced = inodes.find(to);
    FileStatus moved =
        discardDraftAnd(
            replaced,
            () -> {
              if (draft.isPresent()) {
                draft.get().store(dataSet);
              }
              return dataSet.rename(from, to);
            });
    draft.ifPresent(d -> d.moved(to));
    replaced.ifPresent(inodes::detach);
    moving.ifPresent(
        inode -> {
          synchronized (inode) {
            inodes.update(inode, moved);
          }
        });
    keep(parent);
  }
}

package io.forebay.fuse.fs;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.NameTooLongException;
import io.forebay.NoSpaceException;
import io.forebay.ReadStats;
import io.forebay.StaleFileException;
import io.forebay.Totals;
import io.forebay.control.CacheControl;
import io.forebay.file.DataPath;
import io.forebay.fuse.journal.Journal;
import io.forebay.fuse.journal.JournalEntries;
import io.forebay.fuse.protocol.Capabilities;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Handler;
import io.forebay.fuse.protocol.Opcode;
import io.forebay.fuse.protocol.Reply;
import io.forebay.fuse.protocol.Request;
import io.forebay.fuse.protocol.RequestCounts;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data set. Files that are complete on this node are handed to the kernel, which then reads them
 * by itself; the reads of all others are answered. Thread-safe.
 */
public final class DataSetFileSystem implements Handler, ControlDirectory.Texts, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DataSetFileSystem.class);

  // open(2)
  private static final int O_ACCMODE = 3;

  private static final int STATFS_OUT = 80;
  private static final int FORGET_ONE = 16;
  private static final int BLOCK_BYTES = 4096;

  private final DataSet dataSet;
  private final Attributes attributes;
  private final ServingOptions serving;
  private final LocationXattrs whereabouts;
  private final Profile profile;
  private final Capabilities capabilities;
  private final Journal journal;
  private final RecoveredState known;
  private final Inodes inodes;
  private final Directories directories;
  private final Pruner pruner;
  private final BackingFiles backing;
  private final PageCache pages;
  private final DirectoryPrefetcher upcoming;
  private final boolean passthrough;
  private final boolean withoutOpens;
  private final boolean writable;
  private final WriteOperations writes;
  private final NameInvalidator names;
  private final PrefetchPlan plan;
  private final ControlDirectory control;
  private final RequestCounts counts;
  private final long startedNanos = System.nanoTime();
  private long epoch;

  /** Serves a mount that the kernel knows nothing of yet. */
  public DataSetFileSystem(
      DataSet dataSet,
      ServingOptions serving,
      Profile profile,
      Device device,
      Journal journal,
      RequestCounts counts,
      Capabilities capabilities) {
    this(dataSet, serving, profile, device, journal, counts, capabilities, new RecoveredState());
    this.epoch = dataSet.metadataVersion();
    journal.negotiated(capabilities.minor(), capabilities.flags(), profile.name());
    if (profile == Profile.PASSTHROUGH && !capabilities.passthrough()) {
      log.warn("this kernel has no passthrough (Linux 6.9 has); reads are slower");
    }
  }

  /**
   * Goes on where another process ended.
   *
   * @param known from its journal, which goes on, too; with what it agreed on
   */
  public DataSetFileSystem(
      DataSet dataSet,
      ServingOptions serving,
      Device device,
      Journal journal,
      RequestCounts counts,
      RecoveredState known) {
    this(
        dataSet,
        serving,
        known.profile(),
        device,
        journal,
        counts,
        known.capabilities().orElseThrow(),
        known);
    this.epoch = dataSet.metadataVersion() - 1; // names may have changed meanwhile
  }

  private DataSetFileSystem(
      DataSet dataSet,
      ServingOptions serving,
      Profile profile,
      Device device,
      Journal journal,
      RequestCounts counts,
      Capabilities capabilities,
      RecoveredState known) {
    this.dataSet = dataSet;
    this.attributes = serving.attributes();
    this.serving = serving;
    this.profile = profile;
    this.capabilities = capabilities;
    this.journal = journal;
    this.counts = counts;
    this.known = known;
    this.inodes = new Inodes(journal, known);
    this.backing = new BackingFiles(dataSet, device, journal, known);
    this.writable = attributes.writable();
    this.names = new NameInvalidator(dataSet, inodes, device, capabilities.epochs());
    this.pruner = new Pruner(inodes, names, device, serving.maxNodes());
    this.writes =
        new WriteOperations(dataSet, serving.spool(), inodes, backing, attributes, journal, known);
    this.plan = new PrefetchPlan(dataSet);
    this.whereabouts = new LocationXattrs(dataSet);
    this.passthrough = capabilities.passthrough() && !serving.directIo();
    // Who writes must be heard of when he opens.
    this.withoutOpens =
        profile == Profile.PAGE_CACHE && capabilities.noOpen() && !writable && !serving.directIo();
    this.control = new ControlDirectory(this, plan, attributes, withoutOpens);
    this.pages = new PageCache(dataSet, device);
    this.upcoming = new DirectoryPrefetcher(inodes, withoutOpens ? pages : backing);
    this.directories =
        new Directories(
            writes,
            inodes,
            attributes,
            withoutOpens || passthrough ? upcoming::listed : entries -> {});
  }

  @Override
  public boolean mayBlock(Request request) {
    return switch (request.opcode()) {
      case Opcode.GETATTR, Opcode.FORGET, Opcode.BATCH_FORGET -> false;
      case Opcode.IOCTL ->
          ControlDirectory.owns(request.nodeId()); // else refused: Python asks with each open
      case Opcode.OPEN -> (request.intAt(0) & O_ACCMODE) != 0 || backing.isSlow();
      case Opcode.RELEASE -> request.longAt(0) == WriteOperations.HANDLE;
      case Opcode.READDIR, Opcode.READDIRPLUS ->
          !directories.isListed(request.nodeId(), request.longAt(8));
      default -> true;
    };
  }

  @Override
  public void handle(Request request, Reply reply) throws IOException {
    if (ControlDirectory.owns(request.nodeId())) {
      control.handle(request, reply);
      return;
    }
    if (request.isResent() && isDone(request)) {
      return;
    }
    switch (request.opcode()) {
      case Opcode.LOOKUP -> lookUp(request, reply);
      case Opcode.FORGET -> {
        forget(request.nodeId(), request.longAt(0));
        reply.none();
      }
      case Opcode.BATCH_FORGET -> {
        for (int i = 0; i < request.intAt(0); i++) {
          forget(request.longAt(8 + i * FORGET_ONE), request.longAt(16 + i * FORGET_ONE));
        }
        reply.none();
      }
      case Opcode.GETATTR -> {
        Inode inode = inodes.get(request.nodeId());
        attributes.putAttributes(reply, inode.id(), writes.shown(inode));
      }
      case Opcode.OPEN -> {
        if (withoutOpens) {
          reply.error(Errno.ENOSYS); // from now on the kernel opens files by itself
        } else {
          open(request, reply);
        }
      }
      case Opcode.READ -> read(request, reply);
      case Opcode.RELEASE -> {
        Inode inode = inodes.get(request.nodeId());
        if (request.longAt(0) == WriteOperations.HANDLE) {
          writes.release(inode);
        }
        release(inode, request.number());
      }
      case Opcode.READDIR, Opcode.READDIRPLUS ->
          directories.list(
              inodes.get(request.nodeId()),
              request.longAt(8),
              request.intAt(16),
              request.opcode() == Opcode.READDIRPLUS,
              request.number(),
              reply);
      case Opcode.STATFS -> statFileSystem(reply);
      case Opcode.DESTROY -> {}
      case Opcode.SETATTR,
          Opcode.SYMLINK,
          Opcode.MKNOD,
          Opcode.MKDIR,
          Opcode.UNLINK,
          Opcode.RMDIR,
          Opcode.RENAME,
          Opcode.RENAME2,
          Opcode.LINK,
          Opcode.WRITE,
          Opcode.CREATE,
          Opcode.SETXATTR,
          Opcode.REMOVEXATTR -> {
        if (writable) {
          change(request, reply);
        } else {
          reply.error(Errno.EROFS);
        }
      }
      case Opcode.FLUSH, Opcode.FSYNC -> {
        if (request.longAt(0) == WriteOperations.HANDLE) {
          Inode inode = inodes.get(request.nodeId());
          if (request.opcode() == Opcode.FLUSH) {
            writes.flush(inode, request.caller());
          } else {
            writes.store(inode);
          }
        } else if (!writable) {
          reply.error(Errno.ENOSYS);
        }
      }
      case Opcode.GETXATTR, Opcode.LISTXATTR -> {
        FileStatus file = inodes.get(request.nodeId()).status();
        if (!serving.xattrs()) {
          reply.error(Errno.ENOSYS);
        } else if (request.opcode() == Opcode.GETXATTR) {
          whereabouts.get(file, request, reply);
        } else {
          whereabouts.list(file, request, reply);
        }
      }
      case Opcode.FSYNCDIR -> {} // names are stored when they are changed
      default -> reply.error(Errno.ENOSYS); // the kernel does not ask again, or does it by itself
    }
  }

  /**
   * A process before this one may have done what is asked for, and not have said so: then what it
   * did is taken back, or enough.
   */
  private boolean isDone(Request request) throws IOException {
    switch (request.opcode()) {
      case Opcode.LOOKUP, Opcode.READDIRPLUS -> {
        for (long node : known.takeLookedUp(request.number())) {
          forget(node, 1);
        }
      }
      case Opcode.OPEN -> {
        if (known.takeHandled(request.number())) {
          release(inodes.get(request.nodeId()), 0);
        }
      }
      case Opcode.RELEASE -> {
        return known.takeHandled(request.number());
      }
      default -> {} // can be done twice
    }
    return false;
  }

  private void change(Request request, Reply reply) throws IOException {
    Inode inode = inodes.get(request.nodeId());
    switch (request.opcode()) {
      case Opcode.SETATTR -> writes.setAttributes(inode, request, reply);
      case Opcode.MKNOD -> writes.makeNode(inode, request, reply);
      case Opcode.MKDIR -> writes.makeDirectory(inode, request, reply);
      case Opcode.UNLINK -> writes.unlink(inode, request, reply);
      case Opcode.RMDIR -> writes.removeDirectory(inode, request, reply);
      case Opcode.RENAME ->
          writes.rename(inode, inodes.get(request.longAt(0)), 0, 8, request, reply);
      case Opcode.RENAME2 ->
          writes.rename(inode, inodes.get(request.longAt(0)), request.intAt(8), 16, request, reply);
      case Opcode.WRITE -> writes.write(inode, request, reply);
      case Opcode.CREATE -> writes.create(inode, request, reply);
      case Opcode.LINK, Opcode.SYMLINK -> reply.error(Errno.EPERM); // only files and directories
      default -> reply.error(Errno.EOPNOTSUPP);
    }
  }

  private void lookUp(Request request, Reply reply) throws IOException {
    if (request.nodeId() == Inodes.ROOT && ControlDirectory.NAME.equals(request.nameAt(0))) {
      control.lookUp(reply);
      return;
    }
    Inode parent = inodes.get(request.nodeId());
    try {
      FileStatus status = writes.stat(parent.child(request.nameAt(0)));
      Inode inode = inodes.lookUp(status, request.number());
      reply.body(Attributes.ENTRY_OUT);
      writes.attributes(inode, attributes).putEntry(reply, 0, inode.id(), writes.shown(inode));
    } catch (NoSuchFileException e) {
      if (attributes.negative().isZero()) {
        throw e;
      }
      attributes.putMissing(reply);
    }
  }

  private void forget(long node, long lookups) {
    if (ControlDirectory.owns(node)) {
      control.forget(node);
      return;
    }
    // The kernel forgets no node before the release of its last handle was replied to.
    inodes.forget(node, lookups).ifPresent(backing::unregister);
  }

  private void open(Request request, Reply reply) throws IOException {
    boolean toWrite = (request.intAt(0) & O_ACCMODE) != 0;
    if (toWrite && !writable) {
      reply.error(Errno.EROFS);
      return;
    }
    Inode inode = inodes.get(request.nodeId());
    if (inode.isDirectory()) {
      reply.error(Errno.EISDIR);
      return;
    }
    if (toWrite) {
      writes.open(inode, request, reply);
      return;
    }
    reply.body(OpenOut.BYTES);
    synchronized (inode) {
      if (mayPassThrough(inode)) {
        inodes.opened(inode, Inode.Mode.PASSTHROUGH, request.number());
        OpenOut.put(reply, 0, 0, OpenOut.PASSTHROUGH | OpenOut.NOFLUSH, inode.backing.id());
      } else {
        int cache = serving.directIo() ? OpenOut.DIRECT_IO : OpenOut.KEEP_CACHE;
        inodes.opened(inode, Inode.Mode.ANSWERED, request.number());
        OpenOut.put(reply, 0, 0, cache | OpenOut.NOFLUSH, 0);
      }
    }
    backing.trim();
  }

  /** What one handle of a node does all do; the caller has its lock. */
  private boolean mayPassThrough(Inode inode) {
    return switch (inode.mode) {
      case PASSTHROUGH -> true;
      case ANSWERED -> false;
      case CLOSED -> passthrough && inode.size() > 0 && backing.open(inode);
    };
  }

  private void release(Inode inode, long request) {
    synchronized (inode) {
      if (inode.handles == 0) {
        return;
      }
      boolean passedThrough = inode.mode == Inode.Mode.PASSTHROUGH;
      if (--inode.handles == 0) {
        inode.mode = Inode.Mode.CLOSED;
      }
      journal.handles(inode.id(), request, inode.handles, passedThrough);
    }
  }

  private void read(Request request, Reply reply) throws IOException {
    Inode inode = inodes.get(request.nodeId());
    FileStatus status = inode.status();
    long offset = request.longAt(8);
    if (offset < 0 || request.intAt(16) > reply.room() || status.directory()) {
      reply.error(Errno.EINVAL);
      return;
    }
    Optional<Draft> draft = writes.draft(inode.id());
    if (draft.isPresent()) {
      reply.data(draft.get().read(reply.target(request.intAt(16)), offset));
      return;
    }
    int length = (int) Math.min(request.intAt(16), status.size() - offset);
    if (length > 0) {
      try {
        dataSet.read(status, offset, reply.target(length));
      } catch (NoSuchFileException e) {
        // The name was found when it was opened; read(2) knows no such error.
        throw new StaleFileException(status.path(), "was deleted");
      }
      reply.data(length);
    }
  }

  /**
   * {@code struct fuse_kstatfs}: taken is what the snapshot in use holds, free what can be written.
   */
  private void statFileSystem(Reply reply) throws IOException {
    Totals totals = dataSet.totals().orElse(new Totals(0, 0));
    long free = writable ? serving.spool().freeBytes() / BLOCK_BYTES : 0;
    reply.body(STATFS_OUT);
    reply.setLong(0, (totals.bytes() + BLOCK_BYTES - 1) / BLOCK_BYTES + free);
    reply.setLong(8, free);
    reply.setLong(16, free); // for others than root
    reply.setLong(24, totals.files());
    reply.setInt(40, BLOCK_BYTES);
    reply.setInt(44, DataPath.MAX_BYTES);
    reply.setInt(48, BLOCK_BYTES);
  }

  @Override
  public int errno(Throwable e) {
    if (e instanceof IncompleteDraftException incomplete) {
      return errnoOf(incomplete.failure());
    }
    int errno = errnoOf(e);
    if (errno == Errno.EIO || errno == Errno.ENOSPC) {
      if (e instanceof IOException) {
        log.warn("a request failed: {}", e.getMessage());
        log.debug("stack trace", e);
      } else {
        log.warn("a request failed", e);
      }
    }
    return errno;
  }

  private static int errnoOf(Throwable e) {
    return switch (e) {
      case NoSuchFileException missing -> Errno.ENOENT;
      case NameTooLongException tooLong -> Errno.ENAMETOOLONG;
      case InvalidPathException impossible -> Errno.ENOENT;
      case DirectoryNotEmptyException full -> Errno.ENOTEMPTY;
      case AccessDeniedException denied -> Errno.EACCES;
      case UnsupportedOperationException snapshot -> Errno.EROFS;
      case NoSpaceException full -> Errno.ENOSPC;
      case StaleFileException stale -> Errno.ESTALE;
      case IndexOutOfBoundsException shortRequest -> Errno.EINVAL;
      default -> Errno.EIO;
    };
  }

  @Override
  public void undo(Request request, Reply reply) {
    try {
      if (request.opcode() == Opcode.OPEN) {
        release(inodes.get(request.nodeId()), 0);
      } else if (request.opcode() == Opcode.LOOKUP && reply.longAt(0) != 0) {
        forget(reply.longAt(0), 1);
      }
    } catch (StaleFileException e) {
      log.debug("nothing to undo", e);
    }
  }

  /** Has the kernel ask for names again that changed; to be called often, by one thread. */
  public void followNames() {
    long now = dataSet.metadataVersion();
    if (now != epoch) {
      epoch = now;
      directories.forget();
      names.follow();
    }
  }

  /** Gives up what was evicted meanwhile; to be called every few seconds. */
  public void sweep() {
    backing.sweep();
  }

  /** Keeps the journal short, so that the next process has little to read; to be called often. */
  public void shorten() {
    if (journal.isLong(inodes.count() + backing.count())) {
      journal.restart(this::writeTo);
    }
  }

  private void writeTo(JournalEntries entries) {
    entries.negotiated(capabilities.minor(), capabilities.flags(), profile.name());
    entries.highest(inodes.highest(), backing.highest());
    inodes.writeTo(entries);
  }

  @Override
  public String status() throws IOException {
    Optional<Totals> totals = dataSet.totals();
    return "dataset %s\nprofile %s\nwritable %s\nsnapshot %s\n%s"
        .formatted(
            dataSet.name(),
            profile.option(),
            writable,
            totals.isPresent(),
            totals.map(t -> "files %d\nbytes %d\n".formatted(t.files(), t.bytes())).orElse(""));
  }

  @Override
  public String stats() {
    StringBuilder text = new StringBuilder();
    text.append("seconds ").append((System.nanoTime() - startedNanos) / 1_000_000_000).append('\n');
    text.append("nodes ").append(inodes.count()).append('\n');
    text.append("backing_files ").append(backing.count()).append('\n');
    text.append("pushed ").append(pages.pushed()).append('\n');
    text.append("planned ").append(plan.waiting()).append('\n');
    ReadStats reads = CacheControl.of(dataSet).readStats();
    new TreeMap<>(reads.bytes()).forEach((from, bytes) -> line(text, "bytes_" + from, bytes));
    new TreeMap<>(reads.detours()).forEach((why, bytes) -> line(text, "detour_" + why, bytes));
    Opcode.NAMES.forEach(
        (opcode, name) ->
            text.append("requests_")
                .append(name)
                .append(' ')
                .append(counts.of(opcode))
                .append('\n'));
    return text.toString();
  }

  private static void line(StringBuilder text, String key, long value) {
    text.append(key.toLowerCase(Locale.ROOT)).append(' ').append(value).append('\n');
  }

  @Override
  public void close() {
    plan.close();
    directories.close();
    pruner.close();
    upcoming.close();
    backing.close();
  }
}

package io.forebay.fuse.fs;

import io.forebay.FileStatus;
import io.forebay.file.DataPath;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Opcode;
import io.forebay.fuse.protocol.Reply;
import io.forebay.fuse.protocol.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The directory {@value #NAME} in a mount's root, which no listing shows. {@code status} and {@code
 * stats} are texts of lines {@code name value}; each look-up makes another node, whose bytes do not
 * change, so they are right in every profile. {@code plan} takes a {@link PrefetchPlan} by
 * ioctl(2), which unlike write(2) is possible in a read-only mount: {@code _IOW('f', 1, size)}
 * appends to it, {@code _IOW('f', 2, size)} replaces it, by paths with a line feed behind each, and
 * {@code _IOW('f', 3, 8)} says how many of them are read, as a number of the machine's order. Each
 * open of it has a plan of its own, which ends at the close. Where the kernel opens files by
 * itself, all opens share one plan. Thread-safe.
 */
final class ControlDirectory {

  static final String NAME = ".forebay";

  private static final String STATUS = "status";
  private static final String STATS = "stats";
  private static final String PLAN = "plan";

  /** Nodes from here on; those of files count upwards from 1. */
  private static final long DIRECTORY_NODE = 1L << 62;

  private static final long PLAN_NODE = DIRECTORY_NODE + 1;

  // struct fuse_ioctl_in and fuse_ioctl_out
  private static final int IOCTL_HANDLE = 0;
  private static final int IOCTL_CMD = 12;
  private static final int IOCTL_SIZE = 24;
  private static final int IOCTL_DATA = 32;
  private static final int IOCTL_OUT = 16;

  /** _IOW('f', number, 0); the size stands above. */
  private static final int APPEND = 0x40006601;

  private static final int REPLACE = 0x40006602;
  private static final int DONE = 0x40006603;
  private static final int SIZE_BITS = 0x3fff << 16;

  /** Says what a file contains at present. */
  interface Texts {
    String status() throws IOException;

    String stats();
  }

  private final Texts texts;
  private final PrefetchPlan plan;
  private final Attributes attributes;
  private final boolean withoutOpens;
  private final Map<Long, byte[]> contents = new ConcurrentHashMap<>();

  /** Not what a process before this one had. */
  private final AtomicLong nodes = new AtomicLong(PLAN_NODE + (System.nanoTime() & -1L >>> 8));

  /**
   * @param withoutOpens whether the kernel is to open files by itself
   */
  ControlDirectory(Texts texts, PrefetchPlan plan, Attributes attributes, boolean withoutOpens) {
    this.texts = texts;
    this.plan = plan;
    this.attributes = attributes.readOnlyWithoutCache();
    this.withoutOpens = withoutOpens;
  }

  static boolean owns(long node) {
    return node >= DIRECTORY_NODE;
  }

  /** Answers a look-up of the directory itself. */
  void lookUp(Reply reply) {
    putEntry(reply, DIRECTORY_NODE, FileStatus.directory(NAME));
  }

  /** Answers a request for one of its nodes. */
  void handle(Request request, Reply reply) throws IOException {
    long node = request.nodeId();
    switch (request.opcode()) {
      case Opcode.LOOKUP -> lookUp(node, request.nameAt(0), reply);
      case Opcode.FORGET -> {
        forget(node);
        reply.none();
      }
      case Opcode.GETATTR -> attributes.putAttributes(reply, node, status(node));
      case Opcode.READDIR, Opcode.READDIRPLUS ->
          list(request.longAt(8), request.opcode() == Opcode.READDIRPLUS, reply);
      case Opcode.OPEN -> {
        if (withoutOpens) {
          reply.error(Errno.ENOSYS);
        } else { // or the kernel would open all files of the mount by itself from now on
          reply.body(OpenOut.BYTES);
          OpenOut.put(reply, 0, nodes.incrementAndGet(), OpenOut.NOFLUSH, 0);
        }
      }
      case Opcode.READ -> read(node, request.longAt(8), request.intAt(16), reply);
      case Opcode.IOCTL -> {
        if (node == PLAN_NODE) {
          plan(request, reply);
        } else {
          reply.error(Errno.ENOTTY);
        }
      }
      case Opcode.RELEASE -> plan.end(request.longAt(0));
      default -> reply.error(Errno.ENOSYS);
    }
  }

  void forget(long node) {
    contents.remove(node);
  }

  private void lookUp(long directory, String name, Reply reply) throws IOException {
    Optional<String> text =
        switch (directory == DIRECTORY_NODE ? String.valueOf(name) : "") {
          case STATUS -> Optional.of(texts.status());
          case STATS -> Optional.of(texts.stats());
          case PLAN -> Optional.empty();
          default -> throw new NoSuchFileException(NAME + "/" + name);
        };
    if (text.isEmpty()) {
      putEntry(reply, PLAN_NODE, status(PLAN_NODE));
      return;
    }
    long node = nodes.incrementAndGet();
    contents.put(node, text.get().getBytes(StandardCharsets.UTF_8));
    putEntry(reply, node, status(node));
  }

  private void putEntry(Reply reply, long node, FileStatus status) {
    reply.body(Attributes.ENTRY_OUT);
    attributes.putEntry(reply, 0, node, status);
  }

  /** A process before this one may have known a node's bytes; then it has none any more. */
  private FileStatus status(long node) {
    return node == DIRECTORY_NODE
        ? FileStatus.directory(NAME)
        : FileStatus.file(
            NAME, contents.getOrDefault(node, new byte[0]).length, System.currentTimeMillis(), "");
  }

  private void list(long offset, boolean plus, Reply reply) {
    List<String> names = List.of(STATUS, STATS, PLAN);
    int at = 0;
    for (int i = (int) Math.max(0, offset); i < names.size(); i++) {
      Dirent dirent = Dirent.of(names.get(i), false);
      reply.body(at + dirent.length(plus)); // a look-up's answer of zeros tells nothing
      dirent.put(reply, at, plus, PLAN_NODE + i, i + 1L);
      at += dirent.length(plus);
    }
  }

  private void read(long node, long offset, int size, Reply reply) {
    byte[] content = contents.getOrDefault(node, new byte[0]);
    if (offset >= 0 && offset < content.length) {
      int length = Math.min(size, content.length - (int) offset);
      reply.target(length).put(content, (int) offset, length);
      reply.data(length);
    }
  }

  private void plan(Request request, Reply reply) {
    int command = request.intAt(IOCTL_CMD) & ~SIZE_BITS;
    if (command != APPEND && command != REPLACE && command != DONE) {
      reply.error(Errno.ENOTTY);
      return;
    }
    long reader = request.longAt(IOCTL_HANDLE);
    if (command == DONE) {
      plan.done(reader, request.longAt(IOCTL_DATA));
      reply.body(IOCTL_OUT);
      return;
    }
    ByteBuffer bytes = request.bytesAt(IOCTL_DATA, request.intAt(IOCTL_SIZE));
    List<String> paths =
        StandardCharsets.UTF_8.decode(bytes).toString().lines().filter(l -> !l.isBlank()).toList();
    if (!paths.stream().allMatch(DataPath::isValid)) {
      reply.error(Errno.EINVAL);
      return;
    }
    if (command == REPLACE) {
      plan.end(reader);
    }
    if (plan.add(reader, paths)) {
      reply.body(IOCTL_OUT);
    } else {
      reply.error(Errno.ENOSPC);
    }
  }
}

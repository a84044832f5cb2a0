package io.forebay.fuse.protocol;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel's end of a mount. Thread-safe; each read takes one request, each write is a reply. */
public final class Device implements AutoCloseable {

  private static final Path PATH = Path.of("/dev/fuse");

  /** _IOW(229, 1, struct fuse_backing_map): i32 fd, u32 flags, u64 padding. */
  private static final long BACKING_OPEN = 0x4010E501L;

  /** _IOW(229, 2, u32). */
  private static final long BACKING_CLOSE = 0x4004E502L;

  private static final int INVAL_ENTRY = 3;
  private static final int STORE = 4;
  private static final int RESEND = 7;
  private static final int INC_EPOCH = 8;
  private static final int PRUNE = 9;

  private static final int BACKING_MAP_BYTES = 16;

  /** What comes before the bytes in a message of {@link #store}. */
  public static final long STORE_HEADER = Reply.HEADER + 24;

  private final int fd;
  private final MemorySegment poll;
  private boolean closed;

  private Device(int fd) {
    this.fd = fd;
    this.poll = Libc.pollOf(fd);
  }

  /**
   * @throws IOException when the kernel has no FUSE, or this process may not use it
   */
  public static Device open() throws IOException {
    int fd = Libc.open(PATH, Libc.O_RDWR | Libc.O_CLOEXEC);
    if (fd < 0) {
      throw new IOException(
          PATH
              + " cannot be opened (error "
              + -fd
              + "); load the kernel module 'fuse', and pass the device to containers");
    }
    return new Device(fd);
  }

  /** Whether this process may open it. */
  public static boolean isAccessible() {
    return (Files.isReadable(PATH) && Files.isWritable(PATH)) || Files.notExists(PATH);
  }

  /** One that another process handed over. */
  public static Device of(int fd) {
    return new Device(fd);
  }

  /** For the options of mount(2). */
  public int fd() {
    return fd;
  }

  /** Whether reading would not wait: there is a request, or it is the end of the mount. */
  boolean hasRequest() {
    return Libc.hasInput(poll);
  }

  /** Waits for a request: its bytes; the negated error number otherwise. */
  int read(MemorySegment target) {
    return Libc.read(fd, target, target.byteSize());
  }

  /** A reply's bytes; the negated error number otherwise. */
  int write(MemorySegment source, long length) {
    return Libc.write(fd, source, length);
  }

  /**
   * Registers an open file from which the kernel can answer reads by itself.
   *
   * @return its backing id; the negated error number otherwise
   */
  public int openBacking(int fileDescriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment map = arena.allocate(BACKING_MAP_BYTES, Long.BYTES);
      map.set(JAVA_INT, 0, fileDescriptor);
      map.set(JAVA_INT, 4, 0);
      map.set(JAVA_LONG, 8, 0);
      return Libc.ioctl(fd, BACKING_OPEN, map);
    }
  }

  public int closeBacking(int backingId) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment id = arena.allocate(JAVA_INT);
      id.set(JAVA_INT, 0, backingId);
      return Libc.ioctl(fd, BACKING_CLOSE, id);
    }
  }

  /**
   * Has the kernel ask for all names again, and forget what it has cached of files that nobody has
   * open: {@code FUSE_NOTIFY_INC_EPOCH}, since 7.44.
   *
   * @return 0, or the negated error number of a kernel that cannot
   */
  public int forgetNames() {
    try (Arena arena = Arena.ofConfined()) {
      return notify(arena.allocate(Reply.HEADER, Long.BYTES), INC_EPOCH);
    }
  }

  /**
   * Has the kernel ask for one name again: {@code FUSE_NOTIFY_INVAL_ENTRY}.
   *
   * @return 0, or the negated error number, ENOENT when the kernel does not know the name
   */
  public int forgetName(long parent, byte[] name) {
    try (Arena arena = Arena.ofConfined()) {
      long body = Reply.HEADER + 16; // parent, length, flags
      MemorySegment message = arena.allocate(body + name.length + 1, Long.BYTES);
      message.set(JAVA_LONG, Reply.HEADER, parent);
      message.set(JAVA_INT, Reply.HEADER + 8, name.length);
      MemorySegment.copy(name, 0, message, JAVA_BYTE, body, name.length);
      return notify(message, INVAL_ENTRY);
    }
  }

  /**
   * Has the kernel forget nodes that nobody uses: {@code FUSE_NOTIFY_PRUNE}, since 7.45.
   *
   * @return 0, or the negated error number, EINVAL of a kernel that cannot
   */
  public int prune(long[] nodes) {
    try (Arena arena = Arena.ofConfined()) {
      long body = Reply.HEADER + 16; // count, padding, spare
      MemorySegment message = arena.allocate(body + (long) nodes.length * Long.BYTES, Long.BYTES);
      message.set(JAVA_INT, Reply.HEADER, nodes.length);
      MemorySegment.copy(nodes, 0, message, JAVA_LONG, body, nodes.length);
      return notify(message, PRUNE);
    }
  }

  /**
   * Puts the beginning of a file into the kernel's page cache, as if it had been read: {@code
   * FUSE_NOTIFY_STORE}.
   *
   * @param message {@link #STORE_HEADER} bytes of room, then the file's; used again by the caller
   * @param bytes of the file; all of them, or whole pages
   * @return 0, or the negated error number, ENOENT when the kernel does not know the node
   */
  public int store(long node, MemorySegment message, int bytes) {
    message.set(JAVA_LONG, Reply.HEADER, node);
    message.set(JAVA_LONG, Reply.HEADER + 8, 0); // offset
    message.set(JAVA_INT, Reply.HEADER + 16, bytes);
    message.set(JAVA_INT, Reply.HEADER + 20, 0);
    return notify(message.asSlice(0, STORE_HEADER + bytes), STORE);
  }

  /**
   * Has the kernel send all requests again that were read and not replied to: {@code
   * FUSE_NOTIFY_RESEND}, since 7.40. Nobody may be reading or replying meanwhile.
   *
   * @return 0, or the negated error number of a kernel that cannot
   */
  int resend() {
    try (Arena arena = Arena.ofConfined()) {
      return notify(arena.allocate(Reply.HEADER, Long.BYTES), RESEND);
    }
  }

  private int notify(MemorySegment message, int code) {
    message.set(JAVA_INT, 0, (int) message.byteSize());
    message.set(JAVA_INT, 4, code);
    message.set(JAVA_LONG, 8, 0); // no request's reply
    return Math.min(0, Libc.write(fd, message, message.byteSize()));
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
    }
  }
}

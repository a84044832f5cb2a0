package io.forebay.fuse.protocol;

import java.io.IOException;

/**
 * What kernel and bridge agreed on, {@code struct fuse_init_in} and {@code fuse_init_out}.
 *
 * @param minor version of the protocol
 * @param noOpen whether opens can do without a request
 * @param passthrough whether the kernel can read backing files by itself
 * @param resend whether it can send what was not replied to again, to another process
 */
public record Capabilities(int minor, boolean noOpen, boolean passthrough, boolean resend) {

  private static final int MAJOR = 7;
  private static final int LEAST_MINOR = 31;
  private static final int MOST_MINOR = 45;

  // flags
  private static final int ASYNC_READ = 1;
  private static final int ATOMIC_O_TRUNC = 1 << 3;
  private static final int BIG_WRITES = 1 << 5;
  private static final int DO_READDIRPLUS = 1 << 13;
  private static final int NO_OPEN_SUPPORT = 1 << 17;
  private static final int PARALLEL_DIROPS = 1 << 18;
  private static final int MAX_PAGES = 1 << 22;
  private static final int NO_OPENDIR_SUPPORT = 1 << 24;
  private static final int INIT_EXT = 1 << 30;

  // flags2
  private static final int PASSTHROUGH = 1 << 5;
  private static final int HAS_RESEND = 1 << 7;

  /** Requests of read-ahead at a time. */
  private static final int MAX_BACKGROUND = 64;

  private static final int PAGE_BYTES = 4096;

  /** For another process; {@link #of} is the other way round. */
  public int flags() {
    return (noOpen ? 1 : 0) | (passthrough ? 2 : 0) | (resend ? 4 : 0);
  }

  /** What another process agreed on. */
  public static Capabilities of(int minor, int flags) {
    return new Capabilities(minor, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
  }

  /** Whether the kernel can be told that all names changed. */
  public boolean epochs() {
    return minor >= 44;
  }

  /** The largest read or write. */
  static final int MAX_BYTES = 1 << 20;

  private static final int INIT_OUT_BYTES = 64;

  /** Whether a request of this version can be talked about; otherwise the reply names ours. */
  static boolean isUnderstood(Request init) {
    return init.intAt(0) <= MAJOR;
  }

  /**
   * Answers INIT.
   *
   * @throws IOException when the kernel is too old
   */
  static Capabilities negotiate(Request init, Reply reply) throws IOException {
    int major = init.intAt(0);
    int minor = init.intAt(4);
    reply.body(INIT_OUT_BYTES);
    reply.setInt(0, MAJOR);
    if (major > MAJOR) {
      reply.setInt(4, MOST_MINOR);
      return new Capabilities(0, false, false, false); // the kernel asks again with our version
    }
    if (major < MAJOR || minor < LEAST_MINOR) {
      throw new IOException(
          "this kernel has FUSE " + major + "." + minor + "; Forebay needs FUSE 7.31 (Linux 5.4)");
    }
    int offered = init.intAt(12);
    int offered2 = (offered & INIT_EXT) == 0 ? 0 : init.intAt(16);
    int flags =
        offered
            & (NO_OPEN_SUPPORT
                | ASYNC_READ
                | ATOMIC_O_TRUNC
                | BIG_WRITES
                | DO_READDIRPLUS
                | PARALLEL_DIROPS
                | MAX_PAGES
                | NO_OPENDIR_SUPPORT
                | INIT_EXT);
    int flags2 = offered2 & (PASSTHROUGH | HAS_RESEND);
    Capabilities agreed =
        new Capabilities(
            Math.min(minor, MOST_MINOR),
            (flags & NO_OPEN_SUPPORT) != 0,
            (flags2 & PASSTHROUGH) != 0,
            (flags2 & HAS_RESEND) != 0);
    reply.setInt(4, agreed.minor);
    reply.setInt(8, init.intAt(8)); // read-ahead: as much as the kernel likes
    reply.setInt(12, flags);
    reply.setShort(16, MAX_BACKGROUND);
    reply.setShort(18, MAX_BACKGROUND * 3 / 4);
    reply.setInt(20, MAX_BYTES);
    reply.setInt(24, 1); // nanoseconds
    reply.setShort(28, MAX_BYTES / PAGE_BYTES);
    reply.setInt(32, flags2);
    reply.setInt(36, agreed.passthrough ? 1 : 0); // depth of stacked file systems
    return agreed;
  }
}

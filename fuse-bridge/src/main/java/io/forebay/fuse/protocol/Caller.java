package io.forebay.fuse.protocol;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The thread that makes a request, as /proc shows it. While it waits for the answer it cannot end.
 *
 * @param thread its number; 0 when it is in another container, or the kernel itself asks
 */
public record Caller(int thread) {

  /** The process of a caller that this container does not see. */
  public static final int UNKNOWN = 0;

  /** SIGKILL's bit in the masks of /proc/PID/status; every fatal signal ends up as that. */
  private static final long KILLED = 1L << 8;

  private static final int O_ACCMODE = 3;

  /** The number of its process, or {@link #UNKNOWN}. */
  public int process() {
    return statusField("Tgid:").map(Integer::parseInt).orElse(UNKNOWN);
  }

  /** Whether a fatal signal waits for it. */
  boolean isDying() {
    return isKilled("SigPnd:") || isKilled("ShdPnd:");
  }

  private boolean isKilled(String mask) {
    return statusField(mask)
        .filter(bits -> (Long.parseUnsignedLong(bits, 16) & KILLED) != 0)
        .isPresent();
  }

  private Optional<String> statusField(String name) {
    return thread == UNKNOWN ? Optional.empty() : field(proc("status"), name);
  }

  /**
   * Whether its process has a file open that it can write. A descriptor that is being closed does
   * not count.
   *
   * @param name the last segment of the file's path
   * @param inode its number
   * @return false also when that cannot be found out
   */
  public boolean canWrite(String name, long inode) {
    if (thread == UNKNOWN) {
      return false;
    }
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(proc("fd"))) {
      for (Path descriptor : descriptors) {
        // Only the text of the link: following it would ask the mount that waits for this.
        if (hasName(descriptor, name) && isWritable(descriptor.getFileName(), inode)) {
          return true;
        }
      }
    } catch (IOException e) {
      // It belongs to somebody else.
    }
    return false;
  }

  private static boolean hasName(Path descriptor, String name) {
    try {
      Path last = Files.readSymbolicLink(descriptor).getFileName();
      return last != null && last.toString().equals(name);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private boolean isWritable(Path descriptor, long inode) {
    Path info = proc("fdinfo").resolve(descriptor);
    return field(info, "ino:").filter(ino -> Long.parseUnsignedLong(ino) == inode).isPresent()
        && field(info, "flags:")
            .filter(flags -> (Integer.parseUnsignedInt(flags, 8) & O_ACCMODE) != 0)
            .isPresent();
  }

  private Path proc(String name) {
    return Path.of("/proc", Integer.toString(thread), name);
  }

  private static Optional<String> field(Path file, String name) {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.stream()
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(name.length()).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}

package io.forebay.limit;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The files that this process may have open. That there are no more of them (EMFILE), that the
 * whole machine has no more (ENFILE), or no memory for one (ENOMEM), says nothing of any disk.
 */
public final class Descriptors {

  private static final Optional<UnixOperatingSystemMXBean> SYSTEM =
      Optional.of(ManagementFactory.getOperatingSystemMXBean())
          .filter(UnixOperatingSystemMXBean.class::isInstance)
          .map(UnixOperatingSystemMXBean.class::cast);

  /** For jars, logs, and whatever else is open in a server that nobody asks anything. */
  private static final long IDLE = 192;

  private static final long LEAST = 4;

  /** Fewer left than these are none: they may be taken before the next look. */
  private static final long SPARE = 8;

  private Descriptors() {}

  /** How many tier files may be kept open for their next reader. */
  public static int forKeptFiles(int wanted) {
    return part(wanted, 4, 1);
  }

  /** How many requests may fill at a time: each has a connection and a tier file. */
  public static int forRequests(int wanted) {
    return part(wanted, 4, 2);
  }

  /** How many connections a server may have. */
  public static int forConnections(int wanted) {
    return part(wanted, 2, 1);
  }

  /**
   * @param parts how many parts of this size all descriptors have
   * @param each descriptors for each
   */
  private static int part(int wanted, int parts, int each) {
    long limit =
        SYSTEM.map(UnixOperatingSystemMXBean::getMaxFileDescriptorCount).orElse(Long.MAX_VALUE);
    return (int) Math.min(wanted, Math.max(LEAST, (limit - IDLE) / parts / each));
  }

  /** Whether there are so few left that a request may find none. */
  public static boolean areScarce() {
    try {
      return SYSTEM.isPresent()
          && SYSTEM.get().getMaxFileDescriptorCount() - SYSTEM.get().getOpenFileDescriptorCount()
              <= SPARE;
    } catch (InternalError e) {
      return true; // counting them takes one
    }
  }

  /** Whether a failure came from a want of descriptors, or can have come from that. */
  public static boolean isExhaustion(IOException failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      String message = String.valueOf(e.getMessage());
      if (message.contains("Too many open files") || message.contains("Cannot allocate memory")) {
        return true;
      }
    }
    // In another language, or hidden: the JDK finds no file store when it cannot read the mounts.
    return areScarce() || !canOpenOneMore();
  }

  private static boolean canOpenOneMore() {
    try {
      FileChannel.open(Path.of("/dev/null"), StandardOpenOption.READ).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}

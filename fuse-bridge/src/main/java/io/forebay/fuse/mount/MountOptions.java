package io.forebay.fuse.mount;

import io.forebay.Totals;
import io.forebay.config.Durations;
import io.forebay.fuse.fs.Attributes;
import io.forebay.fuse.fs.Profile;
import io.forebay.fuse.fs.ServingOptions;
import io.forebay.fuse.fs.Spool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The options of a mount, by the names that users of libfuse and JindoFuse know.
 *
 * @param allowOther whether other users may look in
 * @param profile where the bytes of cached files come from; empty for what fits the data set
 * @param maxRead the most bytes that the kernel asks for at a time; 0 for what it likes
 * @param serving how files look and are read
 * @param timeouts whether it was said for how long names and attributes may be believed
 * @param strict whether what cannot be read is not mounted
 * @param serverWait how long a new mount waits for a server
 */
public record MountOptions(
    boolean allowOther,
    Optional<Profile> profile,
    int maxRead,
    ServingOptions serving,
    boolean timeouts,
    boolean strict,
    Duration serverWait) {

  /** What is so without being asked for: the mount goes with its processes, for example. */
  private static final Set<String> AS_IT_IS =
      Set.of(
          "auto_unmount",
          "default_permissions",
          "kernel_cache",
          "noatime",
          "nodev",
          "noexec",
          "nosuid");

  /** A page. */
  private static final int LEAST_READ = 4096;

  /** Of files and directories that are known: less than one directory's are no use. */
  private static final int LEAST_NODES = 1000;

  /** Whoever asked for a mount in the background wants an answer. */
  static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /**
   * Reads what stands behind {@code -o}: {@code name} or {@code name=value}, with commas between.
   *
   * @throws IllegalArgumentException for an option that is unknown or has a bad value
   */
  public static MountOptions parse(String text) {
    Map<String, String> given = new TreeMap<>();
    for (String option : text.split(",", -1)) {
      if (!option.isBlank()) {
        int equals = option.indexOf('=');
        given.put(
            equals < 0 ? option : option.substring(0, equals),
            equals < 0 ? "" : option.substring(equals + 1));
      }
    }
    boolean readOnly = given.remove("ro") != null;
    boolean writable = given.remove("rw") != null;
    if (readOnly && writable) {
      throw new IllegalArgumentException("-o ro,rw: use one of them");
    }
    boolean executable = given.remove("exec") != null;
    if (executable && given.containsKey("noexec")) {
      throw new IllegalArgumentException("-o exec,noexec: use one of them");
    }
    boolean timeouts = given.containsKey("attr_timeout") || given.containsKey("entry_timeout");
    User self = User.current();
    Attributes attributes =
        new Attributes(
            number(given, "uid", 10, self.uid()),
            number(given, "gid", 10, self.gid()),
            number(given, "umask", 8, writable ? 022 : 0),
            writable,
            executable,
            seconds(given, "attr_timeout", TIMEOUT),
            seconds(given, "entry_timeout", TIMEOUT),
            seconds(given, "negative_timeout", Duration.ZERO));
    Duration serverWait = seconds(given, "wait", Duration.ZERO);
    if (serverWait.compareTo(LONGEST_WAIT) > 0) {
      throw new IllegalArgumentException(
          "-o wait=" + serverWait.toSeconds() + "; the maximum is " + LONGEST_WAIT.toSeconds());
    }
    Optional<Profile> profile = profile(given.remove("mode"));
    boolean allowOther = given.remove("allow_other") != null;
    boolean strict = given.remove("strict") != null;
    boolean xattrs = given.remove("xattr") != null;
    boolean directIo = given.remove("direct_io") != null;
    int maxRead = number(given, "max_read", 10, 0);
    if (maxRead != 0 && maxRead < LEAST_READ) {
      throw new IllegalArgumentException(
          "-o max_read=" + maxRead + "; the minimum is " + LEAST_READ);
    }
    int maxNodes = number(given, "max_nodes", 10, 0);
    if (maxNodes != 0 && maxNodes < LEAST_NODES) {
      throw new IllegalArgumentException(
          "-o max_nodes=" + maxNodes + "; the minimum is " + LEAST_NODES);
    }
    Spool spool = spool(given.remove("spool"));
    if (directIo && given.containsKey("kernel_cache")) {
      throw new IllegalArgumentException("-o direct_io,kernel_cache: use one of them");
    }
    given.keySet().removeAll(AS_IT_IS);
    if (!given.isEmpty()) {
      throw new IllegalArgumentException(
          "-o: unknown "
              + new TreeSet<>(given.keySet())
              + "; known options are ro, rw, allow_other, exec, mode, uid, gid, umask, attr_timeout, entry_timeout,"
              + " negative_timeout, max_read, max_nodes, direct_io, xattr, spool, strict, wait and "
              + new TreeSet<>(AS_IT_IS));
    }
    return new MountOptions(
        allowOther,
        profile,
        maxRead,
        new ServingOptions(attributes, xattrs, directIo, maxNodes, spool),
        timeouts,
        strict,
        serverWait);
  }

  /** Whether files can be written. */
  public boolean isWritable() {
    return serving.attributes().writable();
  }

  /**
   * How a data set is served. Where nothing else was said, a snapshot is believed until the kernel
   * is told of another one: epochs may take longer than a time-out.
   *
   * @param snapshot how much there is of it, if there is one
   */
  ServingOptions serving(Optional<Totals> snapshot) {
    boolean lasts = snapshot.isPresent() && !timeouts && !isWritable();
    return lasts ? serving.cachedUntilNotified() : serving;
  }

  /** Those that the kernel's file system takes, by its own names. */
  List<String> forKernel() {
    List<String> words = new ArrayList<>(List.of("default_permissions"));
    if (allowOther) {
      words.add("allow_other");
    }
    if (maxRead > 0) {
      words.add("max_read=" + maxRead);
    }
    return words;
  }

  private static Optional<Profile> profile(String text) {
    if (text == null || text.equals("auto")) {
      return Optional.empty();
    }
    for (Profile profile : Profile.values()) {
      if (profile.option().equals(text)) {
        return Optional.of(profile);
      }
    }
    throw new IllegalArgumentException("-o mode=" + text + ": use auto, passthrough or pagecache");
  }

  private static Spool spool(String directory) {
    if (directory == null) {
      return Spool.standard();
    }
    Path path = Path.of(directory).toAbsolutePath();
    if (!Files.isDirectory(path)) {
      throw new IllegalArgumentException("-o spool=" + directory + " is not a directory");
    }
    return new Spool(path);
  }

  private static int number(Map<String, String> given, String name, int radix, int fallback) {
    String text = given.remove(name);
    try {
      return text == null ? fallback : Integer.parseUnsignedInt(text, radix);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("-o " + name + "=" + text + " is not a number", e);
    }
  }

  /** Seconds, perhaps with a fraction, as libfuse has it; or with a unit. */
  private static Duration seconds(Map<String, String> given, String name, Duration fallback) {
    String text = given.remove(name);
    if (text == null) {
      return fallback;
    }
    try {
      double seconds = Double.parseDouble(text);
      if (!(seconds >= 0 && seconds < 1e9)) {
        throw new IllegalArgumentException(
            "-o " + name + "=" + text + " is not a number of seconds");
      }
      return Duration.ofNanos((long) (seconds * 1e9));
    } catch (NumberFormatException e) {
      return Durations.parse(text);
    }
  }
}

package io.forebay.fuse.mount;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.MountCalls;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where something is mounted, or will be.
 *
 * @param path absolute
 * @param device of what is mounted there, as /proc/self/mountinfo has it, for whoever means that
 *     mount and no later one at the same place; empty for any
 */
record MountPoint(Path path, String device) {

  private static final Logger log = LoggerFactory.getLogger(MountPoint.class);

  private static final Set<Path> UNNAMED = Set.of(Path.of("."), Path.of(".."));
  private static final String READ_AHEAD_KIB = "1024";
  private static final int ANSWER_SECONDS = 2;

  /** What ends a mount, which /proc/self/mountinfo shows in its type. */
  enum Lifetime {
    /** Whoever takes it away, and the end of its processes. */
    OF_PROCESSES("forebay"),
    /** Only whoever takes it away: its processes come and go. */
    HELD("forebay-held");

    private final String subtype;

    Lifetime(String subtype) {
      this.subtype = subtype;
    }

    String subtype() {
      return subtype;
    }

    private String type() {
      return "fuse." + subtype;
    }
  }

  /**
   * A directory to mount on. It may have a mount whose processes are gone, which {@link #attach}
   * replaces.
   *
   * @throws IOException when there is no such directory, or it is in use as a mount
   */
  static MountPoint at(Path directory) throws IOException {
    MountPoint point = of(directory);
    if (point.isMounted()) {
      if (point.isServed()) {
        throw new FileSystemException(
            directory.toString(),
            null,
            "is already a mount; unmount it with: forebay umount " + directory);
      }
      return point;
    }
    if (!Files.isDirectory(point.path)) {
      throw new FileSystemException(
          directory.toString(), null, "is not a directory; create it and mount again");
    }
    return point;
  }

  /**
   * Whatever is mounted on a directory, which is not asked: its processes may be gone, or answer
   * nobody.
   */
  static MountPoint of(Path directory) throws IOException {
    Path absolute = directory.toAbsolutePath();
    Path name = absolute.getFileName();
    if (name == null || UNNAMED.contains(name)) {
      return new MountPoint(absolute.toRealPath(), "");
    }
    Path real = absolute.getParent().toRealPath().resolve(name);
    boolean covered = read(line -> true).stream().anyMatch(each -> each.path.equals(real));
    return !covered && Files.isSymbolicLink(real)
        ? of(real.resolveSibling(Files.readSymbolicLink(real)))
        : new MountPoint(real, "");
  }

  /** The same, meaning what is mounted there now. */
  MountPoint mounted() throws IOException {
    return all().stream()
        .filter(each -> each.path.equals(path))
        .reduce((below, above) -> above)
        .orElseThrow(() -> new IOException(path + ": what was mounted there is gone"));
  }

  /** Asks what the kernel does not answer by itself. */
  boolean isServed() {
    try {
      return Files.getFileStore(path).getTotalSpace() >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Whether all processes behind it are gone, so that the kernel refuses to ask. One that does not
   * answer in time is not: it may go on.
   */
  boolean isDead() {
    CompletableFuture<Boolean> dead = new CompletableFuture<>();
    // A thread of its own, for nobody knows when a process that was stopped will answer.
    Thread.ofPlatform().daemon().name("forebay-looking").start(() -> dead.complete(isRefused()));
    return dead.completeOnTimeout(false, ANSWER_SECONDS, TimeUnit.SECONDS).join();
  }

  private boolean isRefused() {
    try {
      Files.getFileStore(path).getTotalSpace();
      return false;
    } catch (IOException e) {
      return String.valueOf(e.getMessage()).contains("not connected");
    }
  }

  /**
   * Mounts by itself, in place of a dead mount, or, where that takes root, by fusermount3.
   *
   * @param name that /proc/mounts shows as the source
   * @return the kernel's end
   * @throws IOException when this is not possible; then nothing is mounted
   */
  Device attach(String name, MountOptions options, Lifetime lifetime) throws IOException {
    if (isMounted()) {
      log.warn("{} is a dead mount; it is mounted again", path);
      // Right before the mount: meanwhile the directory below is seen, which is empty.
      detach();
    }
    if (Device.isAccessible()) {
      Device device = Device.open();
      int result = attach(name, device, options, lifetime);
      if (result >= 0) {
        return device;
      }
      device.close();
      if (result != -Errno.EPERM) {
        Libc.require("mounting on " + path, result);
      }
    }
    return FuserMount.mount(name, this, options, lifetime);
  }

  private int attach(String name, Device device, MountOptions options, Lifetime lifetime) {
    User self = User.current();
    String data =
        "fd="
            + device.fd()
            + ",rootmode=40000,user_id="
            + self.uid()
            + ",group_id="
            + self.gid()
            + ","
            + String.join(",", options.forKernel());
    long access = options.isWritable() ? 0 : MountCalls.MS_RDONLY;
    return MountCalls.mount(
        name, path, lifetime.type(), access | MountCalls.MS_NOSUID | MountCalls.MS_NODEV, data);
  }

  /** The kernel's 128 KiB would make eight requests of each that could be one. */
  void readAhead() {
    Path settings = Path.of("/sys/class/bdi", device);
    try {
      Files.writeString(settings.resolve("read_ahead_kb"), READ_AHEAD_KIB);
    } catch (IOException e) {
      log.info("cannot set the kernel's read-ahead: {}", e.getMessage());
    }
  }

  /**
   * Takes the mount away; if it is in use, it is gone for everybody but those who use it.
   *
   * @return 0, or the negated error number
   */
  int detach() {
    if (!device.isEmpty() && !isOnTop()) {
      return 0; // it is gone, and what is there now is somebody else's
    }
    int result = MountCalls.umount(path, 0);
    if (result == -Errno.EPERM) {
      return FuserMount.unmount(this);
    }
    if (result == -Errno.EBUSY) {
      log.warn("{} is in use; detaching it", path);
      result = MountCalls.umount(path, MountCalls.MNT_DETACH);
    }
    if (result < 0 && result != -Errno.EINVAL) { // EINVAL: somebody did so before
      log.warn("cannot unmount {} (error {})", path, -result);
    }
    return result;
  }

  /** Takes away a mount that never answered anybody, who then gets an error. */
  void discard() {
    if (!isOnTop()) {
      return;
    }
    if (MountCalls.umount(path, MountCalls.MNT_DETACH) == -Errno.EPERM) {
      FuserMount.unmount(this);
    }
  }

  boolean isMounted() throws IOException {
    return all().stream().anyMatch(this::means);
  }

  private boolean means(MountPoint mounted) {
    return path.equals(mounted.path) && (device.isEmpty() || device.equals(mounted.device));
  }

  /**
   * Where data sets are mounted on this machine, also by others; at one place the last is on top.
   */
  static List<MountPoint> all() throws IOException {
    // Not by a look at a mount: a process that serves it could not end while it waits for itself.
    return read(line -> Stream.of(Lifetime.values()).anyMatch(lifetime -> isOf(line, lifetime)));
  }

  /** Those that go with their processes. */
  static List<MountPoint> ofProcesses() throws IOException {
    return read(line -> isOf(line, Lifetime.OF_PROCESSES));
  }

  private static boolean isOf(String line, Lifetime lifetime) {
    return line.contains(" - " + lifetime.type() + " ");
  }

  private static List<MountPoint> read(Predicate<String> which) throws IOException {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"), ISO_8859_1)) {
      return mounts
          .filter(which)
          .map(MountTable.Entry::parse)
          .map(entry -> new MountPoint(entry.path(), entry.device()))
          .toList();
    }
  }

  private boolean isOnTop() {
    try {
      return read(line -> true).stream()
          .filter(each -> each.path.equals(path))
          .reduce((below, above) -> above)
          .filter(this::means)
          .isPresent();
    } catch (IOException e) {
      log.warn("cannot see what is mounted on {}", path, e);
      return false;
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}

package io.forebay.fuse.mount;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.MountCalls;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where something is mounted, or will be.
 *
 * @param path absolute
 */
record MountPoint(Path path) {

  private static final Logger log = LoggerFactory.getLogger(MountPoint.class);

  /** What /proc/mounts shows as the type. */
  private static final String TYPE = "fuse.forebay";

  private static final String READ_AHEAD_KIB = "1024";
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");
  private static final int ANSWER_SECONDS = 2;

  /**
   * A directory to mount on. A mount there whose processes are gone is taken away.
   *
   * @throws IOException when there is no such directory, or it is in use as a mount
   */
  static MountPoint at(Path directory) throws IOException {
    // Not the real path yet: nothing can be asked of a mount whose process is gone.
    MountPoint point = new MountPoint(directory.toAbsolutePath().normalize());
    if (point.isMounted()) {
      if (point.isServed()) {
        throw new FileSystemException(
            directory.toString(),
            null,
            "is already mounted; to unmount it: forebay umount " + directory);
      }
      log.warn("{} is a dead mount; replacing it", directory);
      point.detach();
    }
    if (!Files.isDirectory(directory)) {
      throw new FileSystemException(
          directory.toString(), null, "is not a directory; create it first");
    }
    return new MountPoint(directory.toRealPath());
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
   * Mounts by itself, or, where that takes root, by fusermount3.
   *
   * @param name that /proc/mounts shows as the source
   * @return the kernel's end
   * @throws IOException when this is not possible; then nothing is mounted
   */
  Device attach(String name, MountOptions options) throws IOException {
    if (Device.isAccessible()) {
      Device device = Device.open();
      int result = attach(name, device, options);
      if (result >= 0) {
        return device;
      }
      device.close();
      if (result != -Errno.EPERM) {
        Libc.require("mounting on " + path, result);
      }
    }
    return FuserMount.mount(name, this, options);
  }

  private int attach(String name, Device device, MountOptions options) {
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
        name, path, TYPE, access | MountCalls.MS_NOSUID | MountCalls.MS_NODEV, data);
  }

  /** The kernel's 128 KiB would make eight requests of each that could be one. */
  void readAhead() {
    // Not by a look at the mount: this process serves it, and could not end while it waits for
    // itself.
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"), ISO_8859_1)) {
      Optional<String> device =
          mounts
              .map(line -> line.split(" ", -1))
              .filter(fields -> unescaped(fields[4]).equals(path.toString()))
              .map(fields -> fields[2])
              .reduce((below, above) -> above);
      if (device.isPresent()) {
        Path settings = Path.of("/sys/class/bdi", device.get());
        Files.writeString(settings.resolve("read_ahead_kb"), READ_AHEAD_KIB);
      }
    } catch (IOException e) {
      log.info("cannot set read-ahead; the default of the kernel stays: {}", e.getMessage());
    }
  }

  /**
   * Takes the mount away; if it is in use, it is gone for everybody but those who use it.
   *
   * @return 0, or the negated error number
   */
  int detach() {
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
    if (MountCalls.umount(path, MountCalls.MNT_DETACH) == -Errno.EPERM) {
      FuserMount.unmount(this);
    }
  }

  boolean isMounted() throws IOException {
    return all().contains(this);
  }

  /** Where data sets are mounted on this machine, also by others. */
  static List<MountPoint> all() throws IOException {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/mounts"), ISO_8859_1)) {
      return mounts
          .map(line -> line.split(" ", -1))
          .filter(fields -> fields[2].equals(TYPE))
          .map(fields -> new MountPoint(Path.of(unescaped(fields[1]))))
          .toList();
    }
  }

  /**
   * The kernel writes space, tab, line feed and backslash as octal numbers.
   *
   * @param bytes one in each character
   */
  private static String unescaped(String bytes) {
    String plain =
        OCTAL
            .matcher(bytes)
            .replaceAll(
                found ->
                    Matcher.quoteReplacement(
                        Character.toString(Integer.parseInt(found.group(1), 8))));
    return new String(plain.getBytes(ISO_8859_1), UTF_8);
  }

  @Override
  public String toString() {
    return path.toString();
  }
}

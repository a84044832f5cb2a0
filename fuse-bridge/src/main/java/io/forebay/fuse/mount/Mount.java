package io.forebay.fuse.mount;

import io.forebay.DataSet;
import io.forebay.fuse.fs.DataSetFileSystem;
import io.forebay.fuse.fs.Profile;
import io.forebay.fuse.protocol.Capabilities;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mounted data set. Closing it, and the orderly end of the process, takes the mount away.
 * Thread-safe.
 */
public final class Mount implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Mount.class);

  /** What /proc/mounts shows as the type. */
  private static final String TYPE = "fuse.forebay";

  private static final long SWEEP_SECONDS = 5;
  private static final long FOLLOW_MILLIS = 200;
  private static final String READ_AHEAD_KIB = "1024";

  /** The threads of a session end at once, unless they wait for an under-store. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Path point;
  private final Device device;
  private final Session session;
  private final DataSetFileSystem files;
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("forebay-sweep").factory());
  private final Thread atTheEnd = new Thread(this::close, "forebay-unmount");
  private boolean closed;

  private Mount(Path point, Device device, Session session, DataSetFileSystem files) {
    this.point = point;
    this.device = device;
    this.session = session;
    this.files = files;
    sweeper.scheduleWithFixedDelay(files::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    sweeper.scheduleWithFixedDelay(
        files::followNames, FOLLOW_MILLIS, FOLLOW_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Mounts a data set. When this returns, its files can be read.
   *
   * @param point an existing directory
   * @throws IOException when this is not possible; then nothing is mounted
   */
  public static Mount open(DataSet dataSet, Path point, MountOptions options) throws IOException {
    if (!Files.isDirectory(point)) {
      throw new NotDirectoryException(point + ": make the directory to mount on first");
    }
    Path real = point.toRealPath();
    Profile profile =
        options.profile().isPresent()
            ? options.profile().get()
            : Profile.of(dataSet.totals(), availableMemory());
    Device device = Device.open();
    DataSetFileSystem[] files = {null};
    try {
      mount(dataSet.name(), real, device, options);
      try {
        Session session =
            Session.start(
                device,
                (Capabilities agreed) -> {
                  files[0] =
                      new DataSetFileSystem(dataSet, options.attributes(), profile, device, agreed);
                  return files[0];
                });
        Mount mount = new Mount(real, device, session, files[0]);
        Runtime.getRuntime().addShutdownHook(mount.atTheEnd);
        readAhead(real);
        return mount;
      } catch (IOException | RuntimeException e) {
        Libc.umount(real, Libc.MNT_DETACH);
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      device.close();
      throw e;
    }
  }

  private static long availableMemory() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
      return lines
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    }
  }

  /** The kernel's 128 KiB would make eight requests of each that could be one. */
  private static void readAhead(Path point) {
    try {
      long device = (long) Files.getAttribute(point, "unix:dev");
      long major = (device >>> 8) & 0xfff;
      long minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
      Files.writeString(
          Path.of("/sys/class/bdi/" + major + ":" + minor + "/read_ahead_kb"), READ_AHEAD_KIB);
    } catch (IOException e) {
      log.info("read-ahead stays as the kernel has it: {}", e.getMessage());
    }
  }

  private static void mount(String name, Path point, Device device, MountOptions options)
      throws IOException {
    String data =
        "fd="
            + device.fd()
            + ",rootmode=40000,user_id="
            + Libc.getuid()
            + ",group_id="
            + Libc.getgid()
            + ",default_permissions"
            + (options.allowOther() ? ",allow_other" : "");
    int result =
        Libc.mount(name, point, TYPE, Libc.MS_RDONLY | Libc.MS_NOSUID | Libc.MS_NODEV, data);
    if (result == -Errno.EPERM) {
      throw new IOException(
          "mounting on " + point + " is not permitted; it needs root, or CAP_SYS_ADMIN");
    }
    Libc.require("mounting on " + point, result);
  }

  /** Where it is mounted. */
  public Path point() {
    return point;
  }

  /** How many requests with an {@link io.forebay.fuse.protocol.Opcode} the kernel sent. */
  public long requests(int opcode) {
    return session.requests(opcode);
  }

  /** Waits until somebody takes the mount away. */
  public void await() throws InterruptedException {
    session.await();
  }

  /** Takes the mount away; if it is in use, it is gone for everybody but those who use it. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      Runtime.getRuntime().removeShutdownHook(atTheEnd);
    } catch (IllegalStateException e) {
      // The process is at its end.
    }
    sweeper.shutdownNow();
    int result = detach(point);
    if (result < 0 && result != -Errno.EINVAL) { // EINVAL: somebody did so before
      log.warn("{} could not be taken away (error {})", point, -result);
    }
    release();
  }

  private static int detach(Path point) {
    int result = Libc.umount(point, 0);
    if (result == -Errno.EBUSY) {
      log.warn("{} is in use; it is taken away all the same", point);
      result = Libc.umount(point, Libc.MNT_DETACH);
    }
    return result;
  }

  /**
   * Takes a mount away that may be another process's, or nobody's any more.
   *
   * @throws IOException when that is not possible
   */
  public static void remove(Path point) throws IOException {
    // Not the real path: nothing can be asked of a mount whose process is gone.
    Path absolute = point.toAbsolutePath().normalize();
    if (!isMounted(absolute)) {
      throw new IOException(point + " is no mount of Forebay; see /proc/mounts");
    }
    Libc.require("taking " + point + " away", detach(absolute));
  }

  private static boolean isMounted(Path point) throws IOException {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/mounts"))) {
      String escaped = point.toString().replace("\\", "\\134").replace(" ", "\\040");
      return mounts
          .map(line -> line.split(" ", -1))
          .anyMatch(fields -> fields[1].equals(escaped) && fields[2].equals(TYPE));
    }
  }

  /** Gives the device back, which whoever still has files open needs until he is done. */
  private void release() {
    try {
      if (session.await(GRACE)) {
        files.close();
        device.close();
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Thread.ofPlatform()
        .daemon()
        .name("forebay-unmounted")
        .start(
            () -> {
              try {
                session.await();
                files.close();
                device.close();
              } catch (InterruptedException e) {
                // The end of the process gives it back.
              }
            });
  }
}

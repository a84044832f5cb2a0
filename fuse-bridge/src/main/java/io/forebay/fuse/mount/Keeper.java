package io.forebay.fuse.mount;

import io.forebay.fuse.journal.Journal;
import io.forebay.fuse.protocol.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a mount while the processes that serve it come and go. It does nothing but hold the
 * kernel's device and the {@link Journal}, which its children inherit. One of them serves, and the
 * next is ready to take over. Whoever reads in the mount meanwhile waits; whatever the kernel reads
 * by itself goes on. So a mount survives the crash of its bridge, and its replacement by a newer
 * version.
 *
 * <p>A shell, which waits for nothing but the end of all of them, takes the mount away then.
 */
public final class Keeper {

  private static final Logger log = LoggerFactory.getLogger(Keeper.class);

  /** With which status a child says that it cannot go on where the one before ended. */
  public static final int CANNOT_RESUME = 75;

  /** The status of a JVM that was asked to end by SIGTERM. */
  private static final int ASKED_TO_END = 143;

  private static final long PAUSE_MILLIS = 1_000;
  private static final long GRACE_SECONDS = 5;

  /**
   * Descriptors that a child inherits.
   *
   * @param device of the kernel's end
   * @param journal of its predecessors
   */
  public record Held(int device, int journal) {

    /** The inverse of {@link #toString()}. */
    public static Held parse(String text) {
      String[] numbers = text.split(",", 2);
      return new Held(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
    }

    @Override
    public String toString() {
      return device + "," + journal;
    }
  }

  /** Whether there is somebody who keeps the mount. */
  interface Alive {
    boolean isAlive();
  }

  private final String name;
  private final MountPoint point;
  private final MountOptions options;
  private final ChildJvm child;
  private final Stage stage;
  private volatile boolean ending;

  private Keeper(String name, MountPoint point, MountOptions options, ChildJvm child, Stage stage) {
    this.name = name;
    this.point = point;
    this.options = options;
    this.child = child;
    this.stage = stage;
  }

  static Alive parent() {
    ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();
    parent
        .onExit()
        .thenRun(
            () ->
                log.warn(
                    "the mount's keeper has ended; the mount no longer survives this process"));
    return parent::isAlive;
  }

  /**
   * Mounts, and keeps the mount until somebody takes it away. An orderly end of this process takes
   * it away.
   *
   * @param name of the data set
   * @param directory an existing one
   * @param child reads its input, waits for its {@link Call}, and then calls {@link Mount#serve}
   *     with what its first argument says; where that is a directory it calls {@link
   *     Mount#rehearse}, and ends
   * @return the status of the last child: 0 when the mount was taken away
   * @throws IOException when it cannot be mounted
   */
  public static int run(String name, Path directory, MountOptions options, ChildJvm child)
      throws IOException, InterruptedException {
    Leftovers.remove()
        .forEach(path -> log.warn("{} was left by a mount whose processes are gone", path));
    MountPoint point = MountPoint.at(directory);
    CountDownLatch over = new CountDownLatch(1);
    try (Stage stage = Stage.create();
        LastWatch watch = LastWatch.over(point, stage)) {
      Keeper keeper = new Keeper(name, point, options, child, stage);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> keeper.end(over), "forebay-unmount"));
      int status;
      do {
        status = keeper.keep();
      } while (status == CANNOT_RESUME);
      return status;
    } finally {
      over.countDown();
    }
  }

  /** As long as one connection to the kernel lasts. */
  private int keep() throws IOException, InterruptedException {
    try (Journal journal = Journal.create(true);
        Device device = point.attach(name, options, true)) {
      Held held = new Held(device.fd(), journal.fd());
      try {
        return keep(held, journal);
      } finally {
        if (!ending && point.isMounted()) {
          if (journal.isEmpty()) {
            point.discard();
          } else {
            point.detach();
          }
        }
      }
    }
  }

  private int keep(Held held, Journal journal) throws IOException, InterruptedException {
    Child next = start(held);
    try {
      while (true) {
        Child serving = next;
        serving.serve();
        next = start(held);
        stage.record(child);
        System.gc(); // of the command, from here on it only waits
        int status = serving.await();
        if (!point.isMounted()) {
          return 0;
        }
        if (status == 0 || status == CANNOT_RESUME || ending || journal.isEmpty()) {
          return status;
        }
        Daemon.mounted();
        log.warn("the process behind {} has ended ({}); another one takes over", point, status);
        if (status == ASKED_TO_END) {
          next.close(); // whoever asked may have replaced the software
          next = start(held);
        } else if (status > 0) {
          Thread.sleep(PAUSE_MILLIS); // it could not, so it may need time
        }
      }
    } finally {
      next.close();
    }
  }

  private Child start(Held held) throws IOException {
    return Child.start(child.command(stage.options(), held.toString()), child.input());
  }

  /** At the end of this process, which may be the end of the mount, or after it. */
  private void end(CountDownLatch over) {
    if (over.getCount() == 0) {
      return;
    }
    ending = true;
    point.detach();
    try {
      // Whoever has files open still keeps them, with the child, which then nobody keeps.
      if (!over.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("files of {} are still open; their process ends when they are closed", point);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

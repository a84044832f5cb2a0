package io.forebay.fuse.mount;

import io.forebay.DataSet;
import io.forebay.Totals;
import io.forebay.background.BackgroundTasks;
import io.forebay.control.CacheControl;
import io.forebay.fuse.fs.DataSetFileSystem;
import io.forebay.fuse.fs.MemInfo;
import io.forebay.fuse.fs.Profile;
import io.forebay.fuse.fs.RecoveredState;
import io.forebay.fuse.fs.ServingOptions;
import io.forebay.fuse.journal.Journal;
import io.forebay.fuse.protocol.Capabilities;
import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.RequestCounts;
import io.forebay.fuse.protocol.Session;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mounted data set. Closing it, and the orderly end of the process, takes the mount away, unless
 * a {@link Keeper} holds it. Thread-safe.
 */
public final class Mount implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Mount.class);

  static final String UNLIKELY_NAME = ".forebay-check";

  private static final long SWEEP_MILLIS = 5_000;
  private static final long SHORTEN_MILLIS = 500;
  private static final long FOLLOW_MILLIS = 200;

  /** The threads of a session end at once, unless they wait for an under-store. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final MountPoint point;
  private final Device device;
  private final Journal journal;
  private final Session session;
  private final RequestCounts counts;
  private final DataSetFileSystem files;
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("forebay-sweep").factory());
  private final BackgroundTasks background = new BackgroundTasks();
  private final Thread atTheEnd;
  private final boolean resumed;
  private boolean closed;

  /** Whether it can be used was tried. */
  private CompletableFuture<String> checked = CompletableFuture.completedFuture("");

  private Mount(
      MountPoint point,
      Device device,
      Journal journal,
      Session session,
      RequestCounts counts,
      DataSetFileSystem files,
      Keeper.Alive keeper,
      boolean resumed) {
    this.point = point;
    this.resumed = resumed;
    this.device = device;
    this.journal = journal;
    this.session = session;
    this.counts = counts;
    this.files = files;
    repeat("releasing evicted files", files::sweep, SWEEP_MILLIS);
    repeat("compacting the journal", files::shorten, SHORTEN_MILLIS);
    repeat("checking for changed names", files::followNames, FOLLOW_MILLIS);
    repeat("releasing killed readers", session::releaseDying, FOLLOW_MILLIS);
    this.atTheEnd =
        new Thread(
            () -> {
              if (!keeper.isAlive()) {
                close();
              }
            },
            "forebay-unmount");
    Runtime.getRuntime().addShutdownHook(atTheEnd);
  }

  private void repeat(String task, BackgroundTasks.Round round, long millis) {
    sweeper.scheduleWithFixedDelay(
        background.guarded(task, round), millis, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * Mounts a data set. When this returns, its files can be read.
   *
   * @param directory an existing one
   * @throws IOException when this is not possible; then nothing is mounted
   */
  public static Mount open(DataSet dataSet, Path directory, MountOptions options)
      throws IOException {
    CompletableFuture<String> checked = check(dataSet, options);
    Mount mount = openUnchecked(dataSet, directory, options);
    mount.checked = checked;
    return mount;
  }

  /**
   * Has a task run when it is known whether names can be looked up, which the log says if they
   * cannot.
   *
   * @param task takes why they cannot; an empty text where they can
   */
  public void whenChecked(Consumer<String> task) {
    checked.thenAccept(task);
  }

  /**
   * Has one name looked up: what keeps that from being answered, such as credentials that are
   * missing, keeps all others. Programs only learn that it is an error. The same for writing.
   *
   * @throws IOException why it cannot be used, if the options are strict; otherwise the log says it
   */
  private static CompletableFuture<String> check(DataSet dataSet, MountOptions options)
      throws IOException {
    if (options.strict()) {
      tryToUse(dataSet, options);
      return CompletableFuture.completedFuture("");
    }
    // A store that does not answer is no reason to wait with the mount.
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            tryToUse(dataSet, options);
            return "";
          } catch (IOException e) {
            log.warn("{} is mounted, but: {}", dataSet.name(), e.getMessage());
            return String.valueOf(e.getMessage());
          }
        },
        task -> Thread.ofPlatform().daemon().name("forebay-checking").start(task));
  }

  private static void tryToUse(DataSet dataSet, MountOptions options) throws IOException {
    try {
      dataSet.stat(UNLIKELY_NAME);
    } catch (NoSuchFileException e) {
      // This is an answer.
    }
    if (options.isWritable()) {
      try {
        CacheControl.of(dataSet).requireWritable();
      } catch (IOException | UnsupportedOperationException e) {
        throw new IOException("it is readable, but not writable: " + e.getMessage(), e);
      }
    }
  }

  private static Mount openUnchecked(DataSet dataSet, Path directory, MountOptions options)
      throws IOException {
    MountPoint point = MountPoint.at(directory);
    Journal journal = Journal.create();
    try {
      Device device = point.attach(dataSet.name(), options, MountPoint.Lifetime.OF_PROCESSES);
      try {
        MountPoint mounted = point.mounted();
        try {
          return begin(dataSet, mounted, options, device, journal, () -> false);
        } catch (IOException | RuntimeException e) {
          mounted.discard();
          throw e;
        }
      } catch (IOException | RuntimeException e) {
        device.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  /** Links the system calls of a mount in the background, which takes as long as all the rest. */
  public static void prepare() {
    Thread.ofPlatform().daemon().name("forebay-linking").start(Libc::link);
  }

  /**
   * Serves a mount that a {@link Keeper} holds, which is the parent of this process: from its
   * begin, or where the process before ended.
   *
   * @param journal of that process
   * @param keeper who takes the mount away when this process ends
   * @throws CannotResumeException when the kernel cannot go on with another process, or this one
   *     with what its predecessor wrote
   */
  static Mount serve(
      DataSet dataSet,
      MountPoint at,
      MountOptions options,
      Device device,
      Journal journal,
      Keeper.Alive keeper)
      throws IOException {
    if (!journal.isUnderstood()) {
      throw new CannotResumeException(at.path(), "its journal is from another version of Forebay");
    }
    RecoveredState known = RecoveredState.from(journal);
    if (known.capabilities().isEmpty()) {
      CompletableFuture<String> checked = check(dataSet, options);
      Mount mount = begin(dataSet, at, options, device, journal, keeper);
      mount.checked = checked;
      return mount;
    }
    if (!known.capabilities().get().resend()) {
      throw new CannotResumeException(
          at.path(), "this kernel cannot resend requests to a new process (Linux 6.9 can)");
    }
    RequestCounts counts = new RequestCounts();
    // Whether there is a snapshot is not asked: servers may be away, and readers wait.
    DataSetFileSystem files =
        new DataSetFileSystem(dataSet, options.serving(), device, journal, counts, known);
    Session session = Session.resume(device, counts, files);
    return new Mount(at, device, journal, session, counts, files, keeper, true);
  }

  /**
   * The directory that a training run uses as its cache, where the mount has one in its process: it
   * must not become the owner of the mount's. It is deleted with the training run's mount point.
   *
   * @param directory of the training run
   */
  public static Path trainingCache(Path directory) {
    return ClassArchive.cacheOf(directory);
  }

  /**
   * Does what serving takes, for a moment and for nobody, so that all classes of it are loaded.
   *
   * @param directory an existing one, which is in no other use
   */
  public static void trainingRun(DataSet dataSet, Path directory, MountOptions options)
      throws IOException, InterruptedException {
    try (Mount mount = openUnchecked(dataSet, directory, options)) {
      // Another process, for one that looks into its own mount cannot always be killed.
      List<String> reading =
          List.of(
              "find",
              directory.toString(),
              "-maxdepth",
              "3",
              "-type",
              "f",
              "-exec",
              "head",
              "-c1",
              "{}",
              ";",
              "-quit");
      new ProcessBuilder(reading)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      RecoveredState.from(mount.journal); // which is what the next one begins with
    }
  }

  private static Mount begin(
      DataSet dataSet,
      MountPoint point,
      MountOptions options,
      Device device,
      Journal journal,
      Keeper.Alive keeper)
      throws IOException {
    Optional<Totals> snapshot = dataSet.totals();
    ServingOptions serving = options.serving(snapshot);
    Profile profile =
        options.profile().isPresent()
            ? options.profile().get()
            : Profile.of(snapshot, MemInfo.read().availableBytes());
    RequestCounts counts = new RequestCounts();
    DataSetFileSystem[] files = {null};
    Session session =
        Session.start(
            device,
            counts,
            (Capabilities agreed) -> {
              files[0] =
                  new DataSetFileSystem(dataSet, serving, profile, device, journal, counts, agreed);
              return files[0];
            });
    point.readAhead();
    return new Mount(point, device, journal, session, counts, files[0], keeper, false);
  }

  /** Whether another process served it before. */
  public boolean isResumed() {
    return resumed;
  }

  /** Where it is mounted. */
  public Path point() {
    return point.path();
  }

  /** How many requests with an {@link io.forebay.fuse.protocol.Opcode} the kernel sent. */
  public long requests(int opcode) {
    return counts.of(opcode);
  }

  /** Answers no more requests, and returns when those are answered that must not be lost. */
  void drain(Duration longest) throws InterruptedException {
    session.drain(longest);
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
    point.detach();
    releaseDevice();
  }

  /**
   * Takes a mount away that may be another process's, or nobody's any more.
   *
   * @throws IOException when that is not possible
   */
  public static void remove(Path point) throws IOException {
    if (!removeIfMounted(point)) {
      throw new IOException(point + " is not a mount of Forebay; see /proc/mounts");
    }
  }

  /**
   * As {@link #remove(Path)}, also where nothing is mounted.
   *
   * @return whether there was a mount
   * @throws IOException when it cannot be taken away
   */
  public static boolean removeIfMounted(Path point) throws IOException {
    // Not the real path: nothing can be asked of a mount whose process is gone.
    MountPoint absolute = MountPoint.of(point);
    if (!absolute.isMounted()) {
      return false;
    }
    Libc.require("unmounting " + point, absolute.detach());
    return true;
  }

  /** Gives the device back, which whoever still has files open needs until he is done. */
  private void releaseDevice() {
    try {
      if (session.await(GRACE)) {
        release();
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
                release();
              } catch (InterruptedException e) {
                // The end of the process gives it back.
              }
            });
  }

  private void release() {
    files.close();
    device.close();
    try {
      journal.close();
    } catch (IOException e) {
      log.debug("cannot close the journal of {}", point, e);
    }
  }
}

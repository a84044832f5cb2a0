package io.forebay.fuse.mount;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the children of a {@link Keeper} start in half the time: one that nobody waits for mounts
 * in a directory of its own, has a file read, and lists its classes. Another JVM, which runs
 * nothing, makes an archive of them. A JVM that archives its own classes at its end does so while
 * its other threads go on, and can crash. Without the archive everything works as well.
 * Thread-safe.
 */
final class ClassArchive implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ClassArchive.class);

  private static final String NO_WARNINGS = "-Xlog:cds*=off";

  /** Of the names of all archives' directories. */
  static final String PREFIX = "forebay-stage-";

  private static final String LIST = "classes.list";
  private static final String ARCHIVE = "classes.jsa";
  private static final String POINT = "mnt";
  private static final String OWNED = "owned";
  private static final String CACHE = "cache";

  private final Path directory;
  private final Path archive;
  private final MountPoint point;

  /** What archives needs this collector; a JVM with another one can use the archive as well. */
  private static final List<String> ARCHIVING =
      List.of("-Xshare:dump", "-Xlog:disable", "-XX:-UseSerialGC", "-XX:+UseG1GC");

  /** Locked as long as this process lives. */
  private final FileChannel owned;

  private volatile boolean recorded;

  // Guarded by this.
  private Process recorder;
  private boolean closed;

  private ClassArchive(Path directory, FileChannel owned) {
    this.directory = directory;
    this.archive = directory.resolve(ARCHIVE);
    this.point = new MountPoint(directory.resolve(POINT), "");
    this.owned = owned;
  }

  static ClassArchive create() throws IOException {
    Path directory = Files.createTempDirectory(PREFIX).toRealPath();
    Files.createDirectory(directory.resolve(POINT));
    FileChannel owned =
        FileChannel.open(
            directory.resolve(OWNED), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    owned.lock();
    return new ClassArchive(directory, owned);
  }

  /**
   * Deletes the directory of an archive whose process is gone, unless something is still mounted
   * there.
   *
   * @return whether it was one
   */
  static boolean removeAbandoned(Path directory) {
    try (FileChannel owned = FileChannel.open(directory.resolve(OWNED), StandardOpenOption.WRITE)) {
      if (owned.tryLock() == null || new MountPoint(directory.resolve(POINT), "").isMounted()) {
        return false;
      }
      delete(directory);
      return true;
    } catch (IOException | OverlappingFileLockException e) {
      return false; // it is just being made or deleted, or is another user's, or this process's
    }
  }

  private static void delete(Path directory) throws IOException {
    Files.deleteIfExists(directory.resolve(LIST));
    Files.deleteIfExists(directory.resolve(ARCHIVE));
    Files.deleteIfExists(directory.resolve(POINT));
    Files.deleteIfExists(directory.resolve(OWNED));
    deleteTree(directory.resolve(CACHE));
    Files.delete(directory);
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  /**
   * @param point of a training run
   */
  static Path cacheOf(Path point) {
    return point.resolveSibling(CACHE);
  }

  /** Is not to outlive the mount. */
  Path directory() {
    return directory;
  }

  /** Where something may be mounted. */
  MountPoint point() {
    return point;
  }

  /**
   * Has the archive made, if nobody does yet. On a busy machine that takes minutes, so whoever does
   * it must not have the mount's descriptors: it would hold a mount whose other processes are gone.
   */
  synchronized void record(ChildJvm child, MountRequest training) {
    if (recorder != null || closed) {
      return;
    }
    try {
      recorder =
          start(child, List.of("-XX:DumpLoadedClassList=" + directory.resolve(LIST)), training);
    } catch (IOException e) {
      log.info("bridges start without a class archive: {}", e.toString());
      closed = true;
      return;
    }
    recorder.onExit().thenAccept(ended -> archive(child, training, ended.exitValue()));
    child.writeInput(recorder);
  }

  private synchronized void archive(ChildJvm child, MountRequest training, int status) {
    if (closed || status != 0) {
      return;
    }
    List<String> options = new ArrayList<>(ARCHIVING);
    options.add("-XX:SharedClassListFile=" + directory.resolve(LIST));
    options.add("-XX:SharedArchiveFile=" + archive);
    try {
      recorder = start(child, options, training);
      recorder
          .onExit()
          .thenAccept(ended -> recorded = ended.exitValue() == 0 && Files.exists(archive));
    } catch (IOException e) {
      log.info("cannot create the class archive: {}", e.toString());
    }
  }

  private Process start(ChildJvm child, List<String> options, MountRequest training)
      throws IOException {
    List<String> command = new ArrayList<>(lowestPriority());
    command.addAll(
        child.command(options, List.of(point.toString(), training.dataSet(), training.options())));
    // Unlike Child this closes all descriptors but the standard ones.
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Small images of containers have no such program; there it takes what it needs. */
  private static List<String> lowestPriority() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
            .anyMatch(bin -> Files.isExecutable(Path.of(bin, "nice")))
        ? List.of("nice", "-n", "19")
        : List.of();
  }

  /** Options of a JVM that starts in less time, when that is possible. */
  List<String> options() {
    return recorded ? List.of("-XX:SharedArchiveFile=" + archive, NO_WARNINGS) : List.of();
  }

  /** Leaves nothing, also where it was killed. */
  @Override
  public void close() {
    Process last;
    synchronized (this) {
      closed = true;
      last = recorder;
    }
    if (last != null) {
      last.destroyForcibly(); // an orderly end takes longer, or for ever if it was stopped
      last.onExit().join();
    }
    try {
      if (point.isMounted()) {
        point.detach();
      }
      delete(directory);
      owned.close();
    } catch (IOException e) {
      log.info("{} stays: {}", directory, e.toString());
    }
  }
}

package io.forebay.fuse.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the children of a {@link Keeper} start in half the time: one that nobody waits for mounts
 * in a directory of its own, has a file read, and leaves an archive of its classes here when it
 * ends. Without the archive everything works as well. Thread-safe.
 */
final class Stage implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Stage.class);

  private static final String NO_WARNINGS = "-Xlog:cds*=off";

  private final Path directory;
  private final Path archive;
  private final MountPoint point;
  private volatile boolean recorded;

  // Guarded by this.
  private Process recorder;

  private Stage(Path directory) {
    this.directory = directory;
    this.archive = directory.resolve("classes.jsa");
    this.point = new MountPoint(directory.resolve("mnt"));
  }

  static Stage create() throws IOException {
    Stage stage = new Stage(Files.createTempDirectory("forebay-stage-").toRealPath());
    Files.createDirectory(stage.point.path());
    return stage;
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
  synchronized void record(ChildJvm child) throws IOException {
    if (recorder != null) {
      return;
    }
    List<String> command = new ArrayList<>(List.of("nice", "-n", "19"));
    command.addAll(
        child.command(
            List.of("-XX:ArchiveClassesAtExit=" + archive, NO_WARNINGS), point.toString()));
    // Unlike Child this closes all descriptors but the standard ones.
    recorder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    recorder
        .onExit()
        .thenAccept(ended -> recorded = ended.exitValue() == 0 && Files.exists(archive));
  }

  /** Options of a JVM that starts in less time, when that is possible. */
  List<String> options() {
    return recorded ? List.of("-XX:SharedArchiveFile=" + archive, NO_WARNINGS) : List.of();
  }

  /** Leaves nothing, also where it was killed. */
  @Override
  public synchronized void close() {
    if (recorder != null) {
      recorder.destroy();
      recorder.onExit().join();
    }
    try {
      if (point.isMounted()) {
        point.detach();
      }
      Files.deleteIfExists(archive);
      Files.delete(point.path());
      Files.delete(directory);
    } catch (IOException e) {
      log.info("{} stays: {}", directory, e.toString());
    }
  }
}

package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the next bridge start in half the time: another one mounts in a directory of its own, reads
 * a file, and leaves an archive of its classes behind when it ends. Nobody waits for it; without
 * the archive everything works as well. Thread-safe.
 */
final class Rehearsal implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

  private static final Duration GRACE = Duration.ofSeconds(5);

  private final ChildJvm child;
  private final Path directory;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("forebay-rehearsal").unstarted(this::run);
  private volatile Optional<ProcessHandle> process = Optional.empty();
  private volatile Optional<Path> archive = Optional.empty();

  private Rehearsal(ChildJvm child, Path directory) {
    this.child = child;
    this.directory = directory;
  }

  static Rehearsal of(ChildJvm child) throws IOException {
    return new Rehearsal(child, Files.createTempDirectory("forebay-mount-"));
  }

  /** Holds a few files for as long as the mount lasts. */
  Path directory() {
    return directory;
  }

  /** Starts it, unless it was started. */
  void start() {
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    }
  }

  private void run() {
    try {
      Path file = directory.resolve("classes.jsa");
      Path stage = Files.createDirectory(directory.resolve("stage"));
      int rehearsing = Processes.spawn(child.rehearsal(stage.toString(), file), Optional.empty());
      process = ProcessHandle.of(rehearsing);
      int status = rehearsing < 0 ? rehearsing : Processes.waitFor(rehearsing);
      if (status == 0 && Files.exists(file)) {
        archive = Optional.of(file);
      } else {
        log.info("no archive of classes was made ({})", status);
      }
    } catch (IOException e) {
      log.info("no archive of classes was made: {}", e.getMessage());
    }
  }

  /** The archive, when it is there. */
  Optional<Path> archive() {
    return archive;
  }

  @Override
  public void close() {
    process.ifPresent(ProcessHandle::destroy);
    try {
      thread.join(GRACE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      log.info("{} stays: {}", directory, e.getMessage());
    }
  }
}

package io.forebay.fuse.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A mount in the background. */
public final class Daemon {

  private static final long PATIENCE_SECONDS = 120;
  private static final long LOOK_MILLIS = 50;

  private Daemon() {}

  /**
   * Starts a process that mounts, in a session of its own, and returns when what is mounted there
   * answers.
   *
   * @param command the same as in the foreground
   * @param directory to mount on
   * @param log takes what the process prints
   * @throws IOException with the log's end, when nothing was mounted
   */
  public static void start(ChildJvm command, Path directory, Path log)
      throws IOException, InterruptedException {
    MountPoint point = MountPoint.at(directory);
    List<String> detached = new ArrayList<>(List.of("setsid"));
    detached.addAll(command.command(List.of(), "mount"));
    Process process =
        new ProcessBuilder(detached)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectErrorStream(true)
            .start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!(point.isMounted() && point.isServed())) {
      if (process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new IOException("nothing was mounted; " + log + " says:\n" + Files.readString(log));
      }
      if (System.nanoTime() > deadline) {
        process.destroy();
        throw new IOException("nothing was mounted within " + PATIENCE_SECONDS + " s; see " + log);
      }
    }
  }
}

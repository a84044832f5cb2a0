package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.Processes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A shell that takes a mount away when all its processes are gone, so that nobody is left with a
 * directory that answers nothing. All of them inherit one end of a pipe, which the kernel closes
 * with the last; the shell waits at the other.
 */
record LastWatch(int shell, Processes.Pipe pipe) implements AutoCloseable {

  private static final String SCRIPT =
      "trap '' HUP INT TERM; read -r taken_away || {"
          + " umount -l \"$0\" || fusermount3 -uz \"$0\";"
          + " umount -l \"$1\" 2>/dev/null || fusermount3 -uz \"$1\" 2>/dev/null; rm -rf --one-file-system \"$2\"; }";

  /**
   * @param stage goes with the mount
   */
  static LastWatch over(MountPoint point, Stage stage) throws IOException {
    Processes.Pipe pipe = Processes.pipe();
    List<String> command =
        List.of(
            "sh",
            "-c",
            SCRIPT,
            point.toString(),
            stage.point().toString(),
            stage.directory().toString());
    return new LastWatch(Libc.require("sh", Processes.spawn(command, Optional.of(pipe))), pipe);
  }

  /** The mount is no more, or another's. */
  @Override
  public void close() {
    Processes.write(pipe.writeEnd(), "\n");
    Processes.waitFor(shell);
    Libc.close(pipe.readEnd());
    Libc.close(pipe.writeEnd());
  }
}

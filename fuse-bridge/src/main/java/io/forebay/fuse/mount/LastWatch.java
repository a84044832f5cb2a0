package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Libc;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A shell that takes a mount away when all its processes are gone, so that nobody is left with a
 * directory that answers nothing. All of them inherit one end of a pipe, which the kernel closes
 * with the last; the shell waits at the other.
 */
record LastWatch(int shell, Libc.Pipe pipe) implements AutoCloseable {

  private static final String SCRIPT =
      "trap '' HUP INT TERM; read -r taken_away || umount -l \"$0\"";

  static LastWatch over(MountPoint point) throws IOException {
    Libc.Pipe pipe = Libc.pipe();
    List<String> command = List.of("sh", "-c", SCRIPT, point.toString());
    int shell = Libc.require("sh", Libc.spawn(command, Optional.of(pipe)));
    return new LastWatch(shell, pipe);
  }

  /** Ends the watch: the mount is no more, or another's. */
  @Override
  public void close() {
    Libc.write(pipe.writeEnd(), "\n");
    Libc.waitFor(shell);
    Libc.close(pipe.readEnd());
    Libc.close(pipe.writeEnd());
  }
}

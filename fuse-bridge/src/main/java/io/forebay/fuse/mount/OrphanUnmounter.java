package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.Processes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A shell that takes mounts away when all their processes are gone, so that nobody is left with a
 * directory that answers nothing. All of them inherit one end of a pipe, which the kernel closes
 * with the last; the shell waits at the other.
 */
record OrphanUnmounter(int shell, Processes.Pipe pipe) implements AutoCloseable {

  /**
   * Each line names another mount; an empty one ends the watch. A mount that still answers is
   * somebody else's by now; it is asked what the kernel does not answer by itself.
   */
  private static final String SCRIPT =
      """
      trap '' HUP INT TERM
      away() { umount -l "$1" 2>/dev/null || fusermount3 -uz "$1" 2>/dev/null; }
      stage=$0
      while IFS= read -r point; do
        [ -n "$point" ] || exit 0
        known=
        for each; do
          [ "$each" != "$point" ] || known=yes
        done
        [ -n "$known" ] || set -- "$@" "$point"
      done
      for point; do
        stat -f "$point" >/dev/null 2>&1 || away "$point"
      done
      away "$stage/mnt"
      rm -rf --one-file-system "$stage"
      """;

  /**
   * @param archive goes with the last mount
   */
  static OrphanUnmounter start(ClassArchive archive) throws IOException {
    Processes.Pipe pipe = Processes.pipe();
    List<String> command = List.of("sh", "-c", SCRIPT, archive.directory().toString());
    return new OrphanUnmounter(
        Libc.require("sh", Processes.spawn(command, Optional.of(pipe.readEnd()), Optional.empty())),
        pipe);
  }

  /**
   * Watches over another mount.
   *
   * @throws IOException for a name that a shell does not read as one
   */
  void add(MountPoint point) throws IOException {
    if (point.toString().contains("\n")) {
      throw new IOException(point + " cannot be a mount point, because its name has a line feed");
    }
    Processes.write(pipe.writeEnd(), point + "\n");
  }

  /** Its mounts are no more, or others'. */
  @Override
  public void close() {
    Processes.write(pipe.writeEnd(), "\n");
    Processes.waitFor(shell);
    Libc.close(pipe.readEnd());
    Libc.close(pipe.writeEnd());
  }
}

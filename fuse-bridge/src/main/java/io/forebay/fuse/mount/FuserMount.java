package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Device;
import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.Processes;
import io.forebay.fuse.protocol.Sockets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Mounts by fusermount3(1), which is there so that users who are not root can: it opens the device,
 * mounts where the user may write, and hands the device over a socket that {@code _FUSE_COMMFD}
 * names.
 */
final class FuserMount {

  private static final String COMMAND = "fusermount3";

  private FuserMount() {}

  /**
   * @param name that /proc/mounts shows as the source
   * @throws IOException when that is not possible; then nothing is mounted
   */
  static Device mount(
      String name, MountPoint point, MountOptions options, MountPoint.Lifetime lifetime)
      throws IOException {
    Sockets.Pair sockets = Sockets.streamPair();
    try {
      List<String> words = new ArrayList<>(options.forKernel());
      words.add("subtype=" + lifetime.subtype());
      words.add("fsname=" + name.replace("\\", "\\\\").replace(",", "\\,"));
      words.add(options.isWritable() ? "rw" : "ro");
      int pid =
          Processes.spawn(
              List.of(
                  "env",
                  "_FUSE_COMMFD=" + Processes.KEPT,
                  COMMAND,
                  "-o",
                  String.join(",", words),
                  "--",
                  point.toString()),
              Optional.empty(),
              Optional.of(sockets.other()));
      Libc.require(COMMAND, pid);
      int status = Processes.waitFor(pid);
      List<Integer> received =
          status == 0 ? Sockets.receive(sockets.own()).descriptors() : List.of();
      if (received.isEmpty()) {
        throw new IOException(
            "mounting on "
                + point
                + " needs root, CAP_SYS_ADMIN, or "
                + COMMAND
                + " (on Debian: apt-get install fuse3) and a directory that this user owns"
                + (options.allowOther() ? ", and user_allow_other in /etc/fuse.conf" : ""));
      }
      return Device.of(received.get(0));
    } finally {
      Libc.close(sockets.own());
      Libc.close(sockets.other());
    }
  }

  /**
   * @return 0, or the negated exit status
   */
  static int unmount(MountPoint point) {
    int pid =
        Processes.spawn(
            List.of(COMMAND, "-u", "-z", "--", point.toString()),
            Optional.empty(),
            Optional.empty());
    return pid < 0 ? pid : -Math.abs(Processes.waitFor(pid));
  }
}

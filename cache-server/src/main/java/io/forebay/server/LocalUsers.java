package io.forebay.server;

import io.forebay.server.access.Role;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Arrays;
import java.util.Optional;

/**
 * Processes of this machine, as the kernel tells them apart for the node's socket.
 *
 * @param readers whom the server serves
 * @param user number of the server's own
 * @param group number of the readers' group
 */
record LocalUsers(AllowedReaders readers, int user, int group) {

  /** This one; a file that has its user and group. */
  static final Path PROCESS = Path.of("/proc/self");

  private static final int ROOT = 0;

  /**
   * @param ofGroup a file that belongs to the readers' group
   */
  static LocalUsers of(AllowedReaders readers, Path ofGroup) throws IOException {
    return new LocalUsers(
        readers,
        (int) Files.getAttribute(PROCESS, "unix:uid"),
        (int) Files.getAttribute(ofGroup, "unix:gid"));
  }

  /** What a process may do without a token; empty when it is not served. */
  Optional<Role> role(PeerCredentials peer) {
    if (peer.uid() == ROOT
        || peer.uid() == user
        || Arrays.stream(peer.gids()).anyMatch(gid -> gid == group)) {
      return Optional.of(Role.OPERATE);
    }
    Optional<Boolean> member = isMember(peer.pid());
    if (member.isEmpty()) {
      // Of another container: its groups cannot be seen. With GROUP the socket's mode let it in.
      return Optional.of(readers == AllowedReaders.GROUP ? Role.OPERATE : Role.READ);
    }
    if (member.get()) {
      return Optional.of(Role.OPERATE);
    }
    return readers == AllowedReaders.GROUP ? Optional.empty() : Optional.of(Role.READ);
  }

  /** By its supplementary groups, which SO_PEERCRED does not tell; empty if they are not known. */
  private Optional<Boolean> isMember(int pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith("Groups:"))
          .map(line -> Arrays.asList(line.split("\\s+", -1)).contains(String.valueOf(group)))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** For the log. */
  static String describe(PeerCredentials peer) {
    String process = "process " + peer.pid();
    try {
      PosixFileAttributes owner =
          Files.readAttributes(Path.of("/proc/" + peer.pid()), PosixFileAttributes.class);
      return process
          + " of user "
          + owner.owner().getName()
          + " ("
          + peer.uid()
          + ") and group "
          + owner.group().getName();
    } catch (IOException e) {
      return process + " of user " + peer.uid() + " and groups " + Arrays.toString(peer.gids());
    }
  }
}

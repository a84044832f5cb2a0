package io.forebay.kubernetes.csi;

import io.forebay.fuse.mount.MountTable;
import io.forebay.fuse.mount.MountTable.Entry;
import io.forebay.fuse.protocol.Errno;
import io.forebay.fuse.protocol.Libc;
import io.forebay.fuse.protocol.MountCalls;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mounts at one place. None of these calls asks a mount anything: it may be dead. */
final class BindMounts {

  private static final Logger log = LoggerFactory.getLogger(BindMounts.class);

  private static final String NONE = "";

  private BindMounts() {}

  /**
   * Shows a directory of a mount at another place, too, above what is mounted there.
   *
   * @param mount is made private, or all its bind mounts would be one group: what is mounted over
   *     one of them, and what is unmounted there, would be so at all others
   */
  static void add(Path mount, Path from, Path at) throws IOException {
    Libc.require(
        "making " + mount + " private",
        MountCalls.mount(NONE, mount, NONE, MountCalls.MS_PRIVATE, NONE));
    Libc.require(
        "mounting " + from + " on " + at,
        MountCalls.mount(from.toString(), at, NONE, MountCalls.MS_BIND, NONE));
  }

  /** What is seen at the place can be read, and not be written. */
  static void makeReadOnly(Path at) throws IOException {
    long flags =
        MountCalls.MS_REMOUNT
            | MountCalls.MS_BIND
            | MountCalls.MS_RDONLY
            | MountCalls.MS_NOSUID
            | MountCalls.MS_NODEV;
    Libc.require("making " + at + " read-only", MountCalls.mount(NONE, at, NONE, flags, NONE));
  }

  /**
   * Takes all mounts away from a place. There may be none.
   *
   * @return the numbers of their devices
   */
  static Set<String> remove(Path at) throws IOException {
    Set<String> devices = new LinkedHashSet<>();
    for (Optional<Entry> top = MountTable.read().top(at);
        top.isPresent();
        top = MountTable.read().top(at)) {
      devices.add(top.get().device());
      int result = MountCalls.umount(at, MountCalls.UMOUNT_NOFOLLOW);
      if (result == -Errno.EBUSY) {
        log.warn("{} is in use; detaching it", at);
        result = MountCalls.umount(at, MountCalls.UMOUNT_NOFOLLOW | MountCalls.MNT_DETACH);
      }
      if (result != -Errno.EINVAL) { // EINVAL: somebody else was faster
        Libc.require("unmounting " + at, result);
      }
    }
    return devices;
  }

  /**
   * Removes the directory below the mounts. It is not emptied: what is in it was written by
   * somebody who found no mount, and may be all there is of it.
   */
  static void removeDirectory(Path at) throws IOException {
    try {
      Files.deleteIfExists(at);
    } catch (DirectoryNotEmptyException e) {
      throw new IOException(
          at + " has files on the disk of this node, below the mount; move them away", e);
    }
  }
}

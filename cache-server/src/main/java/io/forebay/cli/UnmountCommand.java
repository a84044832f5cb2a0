package io.forebay.cli;

import io.forebay.fuse.hold.StoreSocket;
import io.forebay.fuse.mount.HeldMount;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.StaleMounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a mount away. */
@Command(
    name = "umount",
    description = {
      "Unmounts a data set, even if the process of the mount is dead.",
      "Also removes all other dead mounts that no descriptor store was to hold, if permitted.",
      "Open files stay readable until they are closed."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay umount /mnt/images"})
final class UnmountCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Directory of the mount.")
  private Path point;

  @Option(
      names = "--hold",
      paramLabel = "SOCKET",
      description =
          "Also has the descriptor store there forget the mount, so that nobody waits for its processes.")
  private Path hold;

  @Override
  public Integer call() throws Exception {
    if (hold == null) {
      Mount.remove(point);
    } else if (!HeldMount.remove(point, new StoreSocket(hold))) {
      throw new IOException(point + " is not mounted; see /proc/mounts");
    }
    StaleMounts.remove();
    return 0;
  }
}

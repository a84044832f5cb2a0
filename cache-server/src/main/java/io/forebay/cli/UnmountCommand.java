package io.forebay.cli;

import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.StaleMounts;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Takes a mount away. */
@Command(
    name = "umount",
    description = {
      "Unmounts a data set, even if the process of the mount is dead.",
      "Also removes all other dead mounts, if permitted.",
      "Open files stay readable until they are closed."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay umount /mnt/images"})
final class UnmountCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Directory of the mount.")
  private Path point;

  @Override
  public Integer call() throws Exception {
    Mount.remove(point);
    StaleMounts.remove();
    return 0;
  }
}

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
      "Takes a mount away, also one whose process is gone. Then whatever else mounts left whose processes died.",
      "Whoever still has a file open there keeps it until he closes it."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {"", "Example:", "  forebay umount /mnt/images"})
final class UnmountCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where it is mounted.")
  private Path point;

  @Override
  public Integer call() throws Exception {
    Mount.remove(point);
    StaleMounts.remove();
    return 0;
  }
}

package io.forebay.cli;

import io.forebay.Forebay;
import io.forebay.fuse.mount.ChildJvm;
import io.forebay.fuse.mount.Keeper;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Mounts a data set until the process is told to end. */
@Command(
    name = "mount",
    description = {
      "Mounts a data set for programs that know nothing but files.",
      "Stays in the foreground; SIGTERM, Ctrl-C or 'forebay umount' take the mount away."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Options (-o): ro, rw, mode=auto|passthrough|pagecache, allow_other, uid=N, gid=N, umask=OCTAL, attr_timeout=SECONDS,",
      "  entry_timeout=SECONDS, negative_timeout=SECONDS.",
      "",
      "Examples:",
      "  forebay mount --node /var/lib/forebay images /mnt/images",
      "  forebay mount --cache /var/cache/images oss://bucket/images /mnt/images \\",
      "    --option fs.oss.endpoint=ENDPOINT -o allow_other"
    })
final class MountCommand implements Callable<Integer> {

  @Mixin private Client client;

  @Option(
      names = "--cache",
      paramLabel = "DIRECTORY",
      description = "Keeps files there, in this process, instead of asking a server.")
  private Path cache;

  @Option(
      names = "--no-keeper",
      description =
          "Serves the mount in this process, and ends it with it. Otherwise a process that does"
              + " nothing else keeps the mount while the one that serves it is replaced, also when"
              + " that is killed.")
  private boolean noKeeper;

  @Option(names = "-o", paramLabel = "OPTIONS", description = "See below.")
  private String options = "";

  @Parameters(index = "0", paramLabel = "DATASET", description = "Its name or root.")
  private String dataSet;

  @Parameters(index = "1", paramLabel = "MOUNTPOINT", description = "An existing directory.")
  private Path point;

  @Override
  public Integer call() throws Exception {
    MountOptions parsed = MountOptions.parse(options);
    if (!noKeeper) {
      Bridge bridge =
          new Bridge(dataSet, point, options, Optional.ofNullable(cache), client.connection());
      return Keeper.run(
          dataSet, point, parsed, new ChildJvm(Bridge.class.getName(), bridge.arguments()));
    }
    try (Forebay forebay = cache == null ? client.open() : client.embedded(cache);
        Mount mount = Mount.open(forebay.dataSet(dataSet), point, parsed)) {
      System.out.println(dataSet + " is mounted on " + mount.point());
      mount.await();
    }
    return 0;
  }
}

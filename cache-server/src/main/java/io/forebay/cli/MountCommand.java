package io.forebay.cli;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.fuse.mount.CannotResumeException;
import io.forebay.fuse.mount.Keeper;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Mounts a data set until the process is told to end. */
@Command(
    name = "mount",
    description = {
      "Mounts a data set, read-only, for programs that know nothing but files.",
      "Stays in the foreground; SIGTERM, Ctrl-C or 'forebay umount' take the mount away."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Options (-o): mode=auto|passthrough|pagecache, allow_other, uid=N, gid=N, umask=OCTAL, attr_timeout=SECONDS,",
      "  entry_timeout=SECONDS, negative_timeout=SECONDS, ro.",
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

  @Option(names = "--held", hidden = true, description = "What the keeper hands down.")
  private String held;

  @Option(names = "-o", paramLabel = "OPTIONS", description = "See below.")
  private String options = "";

  @Parameters(index = "0", paramLabel = "DATASET", description = "Its name or root.")
  private String dataSet;

  @Parameters(index = "1", paramLabel = "MOUNTPOINT", description = "An existing directory.")
  private Path point;

  @Override
  public Integer call() throws Exception {
    MountOptions parsed = MountOptions.parse(options);
    if (!noKeeper && held == null) {
      List<String> self = ownCommand();
      return Keeper.run(
          dataSet,
          point,
          parsed,
          inherited ->
              Stream.concat(self.stream(), Stream.of("--held", inherited.toString())).toList());
    }
    try (Forebay forebay = cache == null ? client.open() : client.embedded(cache);
        Mount mount = mount(forebay.dataSet(dataSet), parsed)) {
      mount.await();
    } catch (CannotResumeException e) {
      return Keeper.CANNOT_RESUME;
    }
    return 0;
  }

  private Mount mount(DataSet mounted, MountOptions parsed) throws IOException {
    Mount mount =
        held == null
            ? Mount.open(mounted, point, parsed)
            : Mount.serve(mounted, point, parsed, Keeper.Held.parse(held));
    if (!mount.isResumed()) {
      System.out.println(dataSet + " is mounted on " + mount.point());
    }
    return mount;
  }

  /** What this process was started with; the system's own record, for it is complete. */
  private static List<String> ownCommand() throws IOException {
    String command = Files.readString(Path.of("/proc/self/cmdline"));
    return List.of(command.substring(0, command.length() - 1).split("\0", -1));
  }
}

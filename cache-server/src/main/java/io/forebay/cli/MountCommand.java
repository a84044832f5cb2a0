package io.forebay.cli;

import io.forebay.Forebay;
import io.forebay.fuse.hold.StoreSocket;
import io.forebay.fuse.mount.Keeper;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import io.forebay.fuse.mount.MountRequest;
import io.forebay.node.CacheNode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Mounts a data set until the process is told to end. */
@Command(
    name = "mount",
    description = {
      "Mounts a data set as a directory.",
      "Runs in the foreground unless --daemon is given; SIGTERM, Ctrl-C or 'forebay umount' unmounts."
    },
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    footer = {
      "",
      "Options (-o): ro, rw, mode=auto|passthrough|pagecache, allow_other, exec, uid=N, gid=N, umask=OCTAL,",
      "  attr_timeout=SECONDS, entry_timeout=SECONDS, negative_timeout=SECONDS, max_read=BYTES, max_nodes=N,",
      "  direct_io, xattr, spool=DIRECTORY, strict, wait=SECONDS.",
      "",
      "Examples:",
      "  forebay mount --node /var/lib/forebay images /mnt/images",
      "  forebay mount --daemon --log /var/log/images.log images /mnt/images",
      "  forebay mount --hold /run/forebay/hold.sock images /mnt/images",
      "  forebay mount --cache /var/cache/images oss://bucket/images /mnt/images \\",
      "    --option fs.oss.endpoint=ENDPOINT -o allow_other"
    })
final class MountCommand implements Callable<Integer> {

  @Mixin private Client client;

  @Option(
      names = "--cache",
      paramLabel = "DIRECTORY",
      description = "Uses an embedded cache in this directory instead of a server.")
  private Path cache;

  @Option(
      names = "--no-keeper",
      description =
          "Serves the mount in this process; the mount ends with it. By default a keeper process holds"
              + " the mount and replaces the process that serves it if that one ends or is killed.")
  private boolean noKeeper;

  @Option(
      names = {"-d", "--daemon"},
      description = "Returns when the data set is mounted; the mount runs in the background.")
  private boolean daemon;

  @Option(
      names = "--hold",
      paramLabel = "SOCKET",
      description =
          "Has the mount outlive its processes: the process that runs 'forebay hold' there keeps it, and"
              + " the next mount at the same directory goes on. Only 'forebay umount' unmounts.")
  private Path hold;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description =
          "Log file of a mount in the background (default: no log; this command prints why a mount fails).")
  private Path log;

  @Option(
      names = "--strict",
      description =
          "Fails if the data set cannot be read (for example without credentials) or, with rw, cannot be"
              + " written; same as -o strict. By default the mount succeeds and the log has the reason.")
  private boolean strict;

  @Option(names = "-o", paramLabel = "OPTIONS", description = "Mount options, see below.")
  private String options = "";

  @Parameters(
      index = "0",
      paramLabel = "DATASET",
      description = "Name or root URI of the data set.")
  private String dataSet;

  @Parameters(index = "1", paramLabel = "MOUNTPOINT", description = "An existing directory.")
  private Path point;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (strict) {
      options += ",strict";
    }
    MountOptions parsed = MountOptions.parse(options);
    if (cache != null && CacheNode.serverOf(cache).isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          cache
              + " is the directory of a running cache server; mount with --node "
              + cache
              + " to use it, or give --cache a directory of its own");
    }
    if (cache == null) {
      cache = client.ownCache(dataSet).orElse(null);
    }
    Optional<StoreSocket> store = Optional.ofNullable(hold).map(StoreSocket::new);
    Bridge bridge = new Bridge(Optional.ofNullable(cache), client.connection(), store);
    if (daemon && noKeeper) {
      throw new ParameterException(
          spec.commandLine(), "a mount in the background has a keeper; leave out --no-keeper");
    }
    if (hold != null && noKeeper) {
      throw new ParameterException(
          spec.commandLine(), "a mount that is held has a keeper; leave out --no-keeper");
    }
    if (daemon) {
      new BackgroundMounts(bridge, Optional.ofNullable(log))
          .mount(new MountRequest(dataSet, point, options));
      return 0;
    }
    if (!noKeeper) {
      String patient = hold == null ? options : BackgroundMounts.patient(options);
      return Keeper.run(new MountRequest(dataSet, point, patient), bridge.child(), store);
    }
    try (Forebay forebay = cache == null ? client.open(dataSet) : client.embedded(cache);
        Mount mount = Mount.open(forebay.dataSet(dataSet), point, parsed)) {
      System.out.println(dataSet + " is mounted on " + mount.point());
      mount.await();
    }
    return 0;
  }
}

package io.forebay.cli;

import io.forebay.Forebay;
import io.forebay.fuse.mount.ChildJvm;
import io.forebay.fuse.mount.Daemon;
import io.forebay.fuse.mount.Keeper;
import io.forebay.fuse.mount.KeeperSocket;
import io.forebay.fuse.mount.Mount;
import io.forebay.fuse.mount.MountOptions;
import io.forebay.fuse.mount.MountRequest;
import io.forebay.node.CacheNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
      "  direct_io, xattr, spool=DIRECTORY, strict.",
      "",
      "Examples:",
      "  forebay mount --node /var/lib/forebay images /mnt/images",
      "  forebay mount --daemon --log /var/log/images.log images /mnt/images",
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
      names = "--log",
      paramLabel = "FILE",
      description =
          "Log file of a mount in the background (default: no log; this command prints why a mount fails).")
  private Path log;

  @Option(
      names = "--door",
      hidden = true, // a mount in the background opens it to those that come later
      description = "Socket on which the keeper accepts requests for more mounts.")
  private Path door;

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
    MountRequest request = new MountRequest(dataSet, point, options);
    Bridge bridge = new Bridge(Optional.ofNullable(cache), client.connection());
    if (daemon) {
      Optional<KeeperSocket> shared = parsed.isWritable() ? Optional.empty() : doorOf(bridge);
      if (shared.isEmpty() || !shared.get().ask(request)) {
        Daemon.start(
            new ChildJvm(
                ForebayCommand.class.getName(), List.of("@/dev/stdin"), inForeground(shared)),
            point,
            Optional.ofNullable(log));
      }
      return 0;
    }
    if (!noKeeper) {
      return Keeper.run(request, Optional.ofNullable(door).map(KeeperSocket::new), bridge.child());
    }
    try (Forebay forebay = cache == null ? client.open(dataSet) : client.embedded(cache);
        Mount mount = Mount.open(forebay.dataSet(dataSet), point, parsed)) {
      System.out.println(dataSet + " is mounted on " + mount.point());
      mount.whenChecked(reason -> Daemon.mounted());
      mount.await();
    }
    return 0;
  }

  /**
   * Where mounts in the background share their processes, with one client for all. A cache in a
   * process is one mount's alone, and options may be secrets, by which no door is named.
   */
  private Optional<KeeperSocket> doorOf(Bridge bridge) throws IOException {
    if (noKeeper || bridge.cache().isPresent() || !bridge.connection().options().isEmpty()) {
      return Optional.empty();
    }
    List<String> common = new ArrayList<>(bridge.arguments());
    common.add(log == null ? "" : log.toAbsolutePath().toString());
    return KeeperSocket.of(common);
  }

  /**
   * This command's own arguments, without those that put it into the background, as a file of
   * arguments: keys may be among them.
   */
  private String inForeground(Optional<KeeperSocket> shared) {
    List<String> arguments = new ArrayList<>(spec.commandLine().getParseResult().expandedArgs());
    arguments.subList(0, arguments.indexOf(spec.name()) + 1).clear();
    arguments.removeAll(List.of("-d", "--daemon"));
    shared.ifPresent(opened -> arguments.addAll(0, List.of("--door", opened.socket().toString())));
    return arguments.stream()
        .map(MountCommand::quoted)
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private static String quoted(String argument) {
    return '"'
        + argument
            .replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
        + '"';
  }
}

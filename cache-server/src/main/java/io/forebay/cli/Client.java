package io.forebay.cli;

import io.forebay.Forebay;
import io.forebay.metadata.NodeInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a command reads data sets: as a trainer does. */
public final class Client {

  /** The directory of a node's server, where nothing else is said. */
  static final Path NODE = Path.of("/var/lib/forebay");

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  @Option(
      names = "--node",
      paramLabel = "DIRECTORY",
      description = "Directory of the cache server on this node (default: /var/lib/forebay).")
  private Path directory;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "Cache server of another node, HOST:PORT or NAME=HOST:PORT; repeatable.")
  private List<String> servers = List.of();

  @Option(
      names = "--option",
      paramLabel = "KEY=VALUE",
      description = "Option of the under-store, used if no server answers; repeatable.")
  private Map<String, String> options = Map.of();

  @Mixin private SecurityOptions security = new SecurityOptions();

  /**
   * As a trainer opens it: by the servers that were named or this node's, or, where there are none,
   * with a cache of this user's.
   */
  Forebay open(String nameOrRoot) throws IOException {
    Optional<Path> own = ownCache(nameOrRoot);
    return own.isPresent() ? embedded(own.get()) : connection().builder().open();
  }

  /** With a cache in this process. */
  Forebay embedded(Path cache) throws IOException {
    return connection().embedded(cache).open();
  }

  /**
   * Where a root is cached that no server was named for, on a node where none has announced itself;
   * says so. Two commands may use it at a time: the second reads what is there, and adds nothing.
   */
  Optional<Path> ownCache(String nameOrRoot) throws IOException {
    if (!nameOrRoot.contains(":/")
        || directory != null
        || !servers.isEmpty()
        || NodeInfo.read(NODE).isPresent()) {
      return Optional.empty();
    }
    Path cache = userCache();
    System.err.println(
        "forebay: no cache server runs on this node; this command caches up to 10 GiB in "
            + cache
            + "; a cache server shares its cache with all processes of the node: see forebay serve"
            + " --help");
    return Optional.of(cache);
  }

  /** As the XDG base directory specification has it; other users' eyes are kept out. */
  private static Path userCache() throws IOException {
    Map<String, String> environment = System.getenv();
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    String base = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path cache = (base.isEmpty() ? Path.of(home, ".cache") : Path.of(base)).resolve("forebay");
    try {
      return Files.isDirectory(cache) ? cache : Files.createDirectories(cache, OWNER_ONLY);
    } catch (IOException e) {
      throw new IOException(
          "cannot create the cache directory "
              + cache
              + " ("
              + e
              + "); set XDG_CACHE_HOME to a directory that this user can write, or give a server's"
              + " directory with --node",
          e);
    }
  }

  /** Whom it asks: the servers that were named, or this node's. */
  public ConnectionOptions connection() {
    Optional<Path> node =
        Optional.ofNullable(directory == null && servers.isEmpty() ? NODE : directory);
    return new ConnectionOptions(node, servers, options, security.files());
  }
}

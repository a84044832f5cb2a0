package io.forebay.cli;

import io.forebay.Forebay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a command reads data sets: as a trainer does. */
final class Client {

  @Option(
      names = "--node",
      paramLabel = "DIRECTORY",
      description = "The directory of this node's cache server (default: /var/lib/forebay).")
  private Path directory;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "Cache servers of other nodes, each HOST:PORT or NAME=HOST:PORT.")
  private List<String> servers = List.of();

  @Option(
      names = "--option",
      paramLabel = "KEY=VALUE",
      description = "Options of the under-store, for when no server answers.")
  private Map<String, String> options = Map.of();

  Forebay open() throws IOException {
    return connection().builder().open();
  }

  /** With a cache in this process. */
  Forebay embedded(Path cache) throws IOException {
    return connection().embedded(cache).open();
  }

  Connection connection() {
    Optional<Path> node =
        Optional.ofNullable(
            directory == null && servers.isEmpty() ? Path.of("/var/lib/forebay") : directory);
    return new Connection(node, servers, options);
  }
}

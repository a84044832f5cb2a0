package io.forebay;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What a {@link Forebay.Builder} was told.
 *
 * @param directory of the cache in this process, or of the node's server; empty for a client that
 *     is on no node
 * @param embedded whether the cache is in this process
 * @param servers of the cluster, each {@code host:port} or {@code name=host:port}
 * @param options of the under-stores; may hold secrets, so {@link #toString()} prints the keys only
 * @param quotaBytes the most bytes to keep in embedded mode
 * @param zone of this process; by default that of the server on its node
 * @param patience the longest silence of a server before the next place is asked
 * @param restartPatience how long to wait for a server when all are down and no other place is left
 * @param waiting whether opening waits for the node's shared maps
 * @param security between this client and the servers of other nodes
 */
public record ForebaySettings(
    Optional<Path> directory,
    boolean embedded,
    List<String> servers,
    Map<String, String> options,
    long quotaBytes,
    Optional<String> zone,
    Duration patience,
    Duration restartPatience,
    boolean waiting,
    ServerSecurity security) {

  public ForebaySettings {
    servers = List.copyOf(servers);
    options = Map.copyOf(options);
  }

  @Override
  public String toString() {
    return (embedded ? "embedded in " : "node ")
        + directory.map(Path::toString).orElse("none")
        + ", servers "
        + servers
        + ", options "
        + new TreeSet<>(options.keySet());
  }
}

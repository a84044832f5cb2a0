package io.forebay.cli;

import io.forebay.Forebay;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whom a client asks.
 *
 * @param node directory of the node's cache server
 * @param servers of other nodes
 * @param options of the under-store
 * @param security towards the servers
 */
public record ConnectionOptions(
    Optional<Path> node, List<String> servers, Map<String, String> options, ClientFiles security) {

  Forebay.Builder builder() {
    Forebay.Builder builder = Forebay.builder().servers(servers.toArray(String[]::new));
    node.ifPresent(builder::node);
    security.addTo(builder);
    options.forEach(builder::option);
    return builder;
  }

  /** With a cache in this process instead. */
  Forebay.Builder embedded(Path cache) {
    Forebay.Builder builder = Forebay.builder().embedded(cache);
    options.forEach(builder::option);
    return builder;
  }
}

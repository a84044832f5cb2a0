package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.server.CacheServer;
import io.forebay.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A cache server with settings as an operator writes them, in a directory of its own. */
final class ConfiguredServer implements AutoCloseable {

  private final Path directory;
  private final CacheServer server;
  private final List<Forebay> clients = new ArrayList<>();

  /**
   * @param settings lines of the properties file, beside directory and addresses
   */
  ConfiguredServer(Path parent, String... settings) throws IOException, InterruptedException {
    directory = Files.createTempDirectory(parent, "forebay-bench-");
    server = CacheServer.start(ServerConfig.load(write(directory, settings)));
    server.node().awaitMaps(Duration.ofSeconds(60));
  }

  /** Writes a properties file. */
  static Path write(Path directory, String... settings) throws IOException {
    List<String> lines = new ArrayList<>(List.of(settings));
    lines.add("directory = " + directory.resolve("node"));
    lines.add("listen.unix = " + directory.resolve("s"));
    lines.add("listen.tcp = 127.0.0.1:0");
    lines.add("listen.admin = 127.0.0.1:0");
    return Files.write(directory.resolve("forebay.properties"), lines);
  }

  CacheServer server() {
    return server;
  }

  Path nodeDirectory() {
    return directory.resolve("node");
  }

  /** A data set for a client on the server's node. */
  DataSet dataSet(String name) throws IOException {
    Forebay client = Forebay.connect(nodeDirectory());
    clients.add(client);
    return client.dataSet(name);
  }

  @Override
  public void close() throws IOException {
    for (Forebay client : clients) {
      client.close();
    }
    server.close();
    deleteTree(directory);
  }

  static void deleteTree(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }
}

package io.forebay.bench;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.file.FileVersion;
import io.forebay.node.NodeOptions;
import io.forebay.server.AllowedReaders;
import io.forebay.server.Announcement;
import io.forebay.server.CacheServer;
import io.forebay.server.ServerConfig;
import io.forebay.spec.DataSetSpec;
import io.forebay.wire.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** A cache server with resident files of one size, over a local directory. */
final class Fixture implements AutoCloseable {

  private static final String DATA_SET = "bench";

  private final Path directory;
  private final CacheServer server;
  private final List<String> paths = new ArrayList<>();
  private final List<Path> tierFiles = new ArrayList<>();
  private final List<Forebay> clients = new ArrayList<>();

  Fixture(int files, int bytes) throws IOException, InterruptedException {
    directory = Files.createTempDirectory("forebay-bench-");
    Path root = directory.resolve("files");
    Files.createDirectories(root);
    byte[] content = new byte[bytes];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < files; i++) {
      random.nextBytes(content);
      String path = String.format("file-%06d", i);
      Files.write(root.resolve(path), content);
      paths.add(path);
    }
    Address.Tcp tcp = new Address.Tcp("127.0.0.1", 0);
    server =
        CacheServer.start(
            new ServerConfig(
                "a",
                NodeOptions.of(directory.resolve("node"), 100L << 30),
                tcp,
                directory.resolve("s"),
                new Address.Tcp("127.0.0.1", 0),
                "a=" + tcp,
                Announcement.DEFAULT,
                List.of(new DataSetSpec(DATA_SET, root.toUri(), Map.of())),
                Optional.empty(),
                AllowedReaders.EVERYONE));
    server.node().awaitMaps(Duration.ofSeconds(60));
    DataSet data = onNode();
    for (String path : paths) {
      data.read(path);
      FileVersion version = FileVersion.of(DATA_SET, data.stat(path));
      tierFiles.add(server.node().store().find(version.id()).orElseThrow().path());
    }
  }

  List<String> paths() {
    return paths;
  }

  /** The same files, where the cache keeps them; for the yardsticks. */
  List<Path> tierFiles() {
    return tierFiles;
  }

  /** The data set for a client on the server's node. */
  DataSet onNode() throws IOException {
    return remember(Forebay.connect(directory.resolve("node")));
  }

  /** The data set for a client that has only the server's TCP address. */
  DataSet elsewhere() throws IOException {
    return remember(Forebay.builder().servers("a=" + server.address()).open());
  }

  private DataSet remember(Forebay client) throws IOException {
    clients.add(client);
    return client.dataSet(DATA_SET);
  }

  @Override
  public void close() throws IOException {
    for (Forebay client : clients) {
      client.close();
    }
    server.close();
    ConfiguredServer.deleteTree(directory);
  }
}

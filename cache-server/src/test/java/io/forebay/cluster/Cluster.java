package io.forebay.cluster;

import io.forebay.server.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** An under-store, cache servers over it, and readers: each a process on a host of its own. */
final class Cluster implements AutoCloseable {

  static final String DATA_SET = "images";

  /** Of readers; short, for tests wait for servers that are silent. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Path directory;
  private final SampleFiles files;
  private final Network network;
  private final List<AutoCloseable> processes = new ArrayList<>();
  private final List<Server> servers = new ArrayList<>();
  private Host store;
  private Conversation storeProcess;
  private int readers;

  /** Starts nothing but the under-store; all servers are members. */
  Cluster(Path directory, int servers, SampleFiles files) throws IOException {
    this.directory = directory;
    this.files = files;
    network = new Network();
    try {
      store = network.add("store");
      for (int i = 0; i < servers; i++) {
        add("server-" + i);
      }
      setMembers(this.servers);
      storeProcess =
          remember(
              new Conversation(
                  store.on(
                      Command.java(
                          StoreMain.class, store.address(), String.valueOf(files.count())))));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void add(String name) throws IOException {
    servers.add(
        remember(
            new Server(
                name,
                network.add(name),
                directory.resolve(name),
                members(),
                StoreMain.options(store.address()))));
  }

  private <T extends AutoCloseable> T remember(T process) {
    processes.add(process);
    return process;
  }

  /** Starts servers at once, and waits for all. */
  void start(List<Server> stopped) throws IOException {
    for (Server server : stopped) {
      server.start();
    }
    stopped.forEach(Server::awaitServing);
  }

  /** The file that names the servers. */
  Path members() {
    return directory.resolve("members");
  }

  /** Names the members from now on. Servers and readers follow within some seconds. */
  void setMembers(List<Server> members) throws IOException {
    write(members(), members.stream().map(Server::member).toArray(String[]::new));
  }

  /** Writes a file of members. */
  static void write(Path file, String... lines) throws IOException {
    Files.writeString(
        file, Arrays.stream(lines).map(line -> line + "\n").collect(Collectors.joining()));
  }

  List<Server> servers() {
    return servers;
  }

  Server server(int index) {
    return servers.get(index);
  }

  Host store() {
    return store;
  }

  /** How often objects were asked for at the under-store. */
  long storeReads() throws IOException {
    return Long.parseLong(storeProcess.ask("reads"));
  }

  SampleFiles files() {
    return files;
  }

  Reader openReader() throws IOException {
    return openReader(members());
  }

  /**
   * @param members the file that names the servers to this reader
   */
  Reader openReader(Path members) throws IOException {
    Host host = network.add("reader-" + readers++);
    return remember(new Reader(host, members, store, files, PATIENCE));
  }

  /** Waits until the servers have all files that a reader reads. */
  void awaitCached(Reader reader) throws IOException {
    long before = -1;
    for (long now = storeReads(); now > before; now = storeReads()) {
      before = now;
      reader.awaitEpoch();
    }
  }

  @Override
  public void close() {
    for (AutoCloseable process : processes) {
      try {
        process.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    network.close();
  }
}

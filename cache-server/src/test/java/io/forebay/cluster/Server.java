package io.forebay.cluster;

import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import io.forebay.server.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A {@code forebay serve} on a host of its own, which can be killed and started again. */
final class Server implements AutoCloseable {

  static final int PORT = 7070;

  private final String name;
  private final Host host;
  private final Path directory;
  private final Path config;
  private List<String> prefix = List.of();
  private Process process;
  private int starts;

  /**
   * @param directory which it keeps from start to start
   * @param members the file that names the servers
   */
  Server(String name, Host host, Path directory, Path members, Map<String, String> store)
      throws IOException {
    this.name = name;
    this.host = host;
    this.directory = Files.createDirectories(directory);
    List<String> settings = new ArrayList<>();
    settings.add("name = " + name);
    settings.add("directory = " + cache());
    settings.add("quota = 1GiB");
    settings.add("listen.tcp = " + host.address() + ":" + PORT);
    settings.add("members = " + members.toUri());
    settings.add("dataset.images.root = " + StoreMain.ROOT);
    settings.add("dataset.images.limit.hedge = false"); // requests are counted
    store.forEach((key, value) -> settings.add("dataset.images." + key + " = " + value));
    config = Files.write(directory.resolve("forebay.properties"), settings);
  }

  Host host() {
    return host;
  }

  /** The directory that the server calls its own. */
  Path cache() {
    return directory.resolve("n");
  }

  /** A line of the file of members. */
  String member() {
    return name + "=" + host.address() + ":" + PORT;
  }

  /** What its command is an argument of at the next start; nothing by default. */
  void runBehind(String... command) {
    prefix = List.of(command);
  }

  /** Begins to start it; {@link #awaitServing} waits for it. */
  void start() throws IOException {
    starts++;
    ProcessBuilder serve = Command.forebay("serve", "--config", config.toString());
    List<String> command = new ArrayList<>(prefix);
    command.addAll(serve.command());
    process =
        host.on(serve.command(command))
            .redirectErrorStream(true)
            .redirectOutput(log().toFile())
            .start();
  }

  private Path log() {
    return directory.resolve("server-" + starts + ".log");
  }

  void awaitServing() {
    await()
        .atMost(TWO_MINUTES)
        .until(
            () -> {
              String said = Files.readString(log());
              if (!process.isAlive()) {
                throw new IOException(name + " did not start: " + said);
              }
              return said.contains("serving at ");
            });
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
  }

  /** Ends it as an operator does. */
  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException(name + " did not stop; its log is " + log());
    }
  }

  void pause() throws IOException {
    Shell.signal("STOP", process);
  }

  void resume() throws IOException {
    Shell.signal("CONT", process);
  }

  Process process() {
    return process;
  }

  @Override
  public void close() {
    if (process != null) {
      try {
        kill();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What it has logged since it was started last. */
  String said() {
    try {
      return Files.readString(log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

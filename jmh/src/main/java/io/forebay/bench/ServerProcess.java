package io.forebay.bench;

import io.forebay.cli.ForebayCommand;
import io.forebay.metadata.SharedMaps;
import io.forebay.samples.oss.OwnAddresses;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A {@code forebay serve} that can be killed, stopped, and started again at its address. Not
 * thread-safe.
 */
final class ServerProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** As the launcher starts a server. */
  private static final List<String> JVM =
      List.of(
          "-XX:+UseG1GC",
          "-XX:+UseCompactObjectHeaders",
          "-XX:+ExitOnOutOfMemoryError",
          "-Xms16m",
          "-XX:MinHeapFreeRatio=5",
          "-XX:MaxHeapFreeRatio=10",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private final String name;
  private final String address = OwnAddresses.host() + ":" + OwnAddresses.nextPort();
  private final String admin = OwnAddresses.host() + ":" + OwnAddresses.nextPort();
  private final Path config;
  private final Path log;
  private Process process;

  /**
   * @param parent gets a directory of its name, which is kept from start to start
   * @param members the file that names the servers
   * @param settings lines of the properties file, beside directory, addresses and members
   */
  ServerProcess(Path parent, String name, Path members, List<String> settings) throws IOException {
    this.name = name;
    Path directory = Files.createDirectory(parent.resolve(name));
    log = directory.resolve("log");
    List<String> lines = new ArrayList<>(settings);
    lines.add("name = " + name);
    lines.add("directory = " + directory.resolve("node"));
    lines.add("listen.tcp = " + address);
    lines.add("listen.admin = " + admin);
    lines.add("members = " + members.toUri());
    config = Files.write(directory.resolve("forebay.properties"), lines);
  }

  /** Its line in the file of members. */
  String member() {
    return name + "=" + address;
  }

  /** Begins to start it; {@link #awaitServing} waits for it. */
  void start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(SharedMaps.JVM_FLAGS.split(" ", -1)));
    command.addAll(JVM);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ForebayCommand.class.getName(), "serve", "--config", config.toString()));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile()) // of the last start only
            .start();
  }

  void awaitServing() throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.readString(log).contains("serving at ")) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IOException(name + " does not serve; it said: " + Files.readString(log));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** What its clients read from its cache since it was started. */
  long hits() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + admin + "/metrics"))
            .timeout(PATIENCE)
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith("forebay_hits_total"))
          .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    }
  }

  /** SIGKILL. */
  void kill() throws IOException, InterruptedException {
    end(process.destroyForcibly());
  }

  /** SIGTERM. */
  void stop() throws IOException, InterruptedException {
    process.destroy();
    end(process);
  }

  private void end(Process ending) throws IOException, InterruptedException {
    if (!ending.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IOException(name + " does not end; its log is " + log);
    }
  }

  /** SIGSTOP: its connections stay, and it is silent. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT. */
  void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).inheritIO().start();
    if (kill.waitFor() != 0) {
      throw new IOException("cannot send SIG" + signal + " to " + name);
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (process != null) {
      kill();
    }
  }
}

package io.forebay.server;

import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import io.forebay.Bucket;
import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.metadata.NodeInfo;
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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own that has little of something, over a bucket. */
final class ServerProcess implements AutoCloseable {

  static final String DATA_SET = "d";

  private final Path directory;
  private final Bucket bucket;
  private final Process process;

  /**
   * @param shell what to do before the JVM is started, such as {@code ulimit -n 256}
   * @param flags of the JVM
   */
  ServerProcess(Path directory, Bucket bucket, String quota, String shell, String... flags)
      throws IOException {
    this.directory = directory;
    this.bucket = bucket;
    StringBuilder settings = new StringBuilder();
    settings.append("directory = ").append(node()).append("\nquota = ").append(quota);
    settings.append("\nlisten.tcp = 127.0.0.1:0\nlisten.admin = 127.0.0.1:0\n");
    settings.append("dataset.d.root = ").append(bucket.root()).append('\n');
    for (Map.Entry<String, String> option : bucket.options().entrySet()) {
      settings.append("dataset.d.").append(option.getKey()).append(" = ");
      settings.append(option.getValue()).append('\n');
    }
    Path file = Files.writeString(directory.resolve("forebay.properties"), settings);
    process =
        new ProcessBuilder(limited(shell, List.of(flags), "serve", "--config", file.toString()))
            .redirectErrorStream(true)
            .redirectOutput(log().toFile())
            .start();
    awaitAdmin(node());
  }

  /** Waits until a server has announced where it takes commands. */
  static void awaitAdmin(Path node) {
    await().atMost(TWO_MINUTES).until(() -> admin(node).isPresent());
  }

  /** The forebay command behind one of the shell, which limits it. */
  static List<String> limited(String shell, List<String> flags, String... arguments) {
    List<String> java = Command.forebay(arguments).command();
    List<String> command = new ArrayList<>(List.of("sh", "-c", shell + "; exec \"$@\"", "sh"));
    command.add(java.get(0));
    int options = java.indexOf("-cp");
    command.addAll(java.subList(1, options));
    command.addAll(flags); // which come behind those that they overrule
    command.addAll(java.subList(options, java.size()));
    return command;
  }

  Path node() {
    return directory.resolve("n");
  }

  Path log() {
    return directory.resolve("server.log");
  }

  Process process() {
    return process;
  }

  private static Optional<String> admin(Path node) throws IOException {
    return NodeInfo.read(node).map(NodeInfo::admin).filter(a -> !a.isEmpty());
  }

  /** What its admin endpoint says. */
  String get(String path) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://" + admin(node()).orElseThrow() + path);
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  /** A reader's work. */
  interface Reading {
    void read(DataSet data, int reader) throws IOException;
  }

  /** Has many threads read at once, on another node, and waits for all of them. */
  void readBy(int readers, Reading reading) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(readers);
    String member = NodeInfo.read(node()).orElseThrow().members().get(0);
    try (Forebay client = bucket.to(Forebay.builder().servers(member)).open()) {
      DataSet data = client.dataSet(DATA_SET);
      List<Future<?>> reads = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        int reader = i;
        reads.add(
            threads.submit(
                () -> {
                  reading.read(data, reader);
                  return null;
                }));
      }
      for (Future<?> read : reads) {
        read.get(2, TimeUnit.MINUTES);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
  }
}

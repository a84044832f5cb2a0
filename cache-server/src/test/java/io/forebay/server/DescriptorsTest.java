package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.Bucket;
import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.metadata.NodeInfo;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that may have fewer files open than it would like to. */
class DescriptorsTest {

  private static final int READERS = 48;
  private static final int FILES = 600;

  @TempDir Path directory;
  private Bucket bucket;
  private Process server;

  @BeforeEach
  void start() throws Exception {
    bucket = new Bucket();
    for (int i = 0; i < FILES; i++) {
      bucket.add("f" + i, 2_000);
    }
    StringBuilder settings = new StringBuilder();
    settings.append("directory = ").append(node()).append("\nquota = 64MiB\n");
    settings.append("listen.tcp = 127.0.0.1:0\nlisten.admin = 127.0.0.1:0\n");
    settings.append("dataset.d.root = ").append(bucket.root()).append('\n');
    for (Map.Entry<String, String> option : bucket.options().entrySet()) {
      settings.append("dataset.d.").append(option.getKey()).append(" = ");
      settings.append(option.getValue()).append('\n');
    }
    Path file = Files.writeString(directory.resolve("forebay.properties"), settings);
    ProcessBuilder command = Command.forebay("serve", "--config", file.toString());
    List<String> limited = new ArrayList<>(List.of("sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"));
    limited.addAll(command.command());
    server =
        new ProcessBuilder(limited)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("server.log").toFile())
            .start();
    await().atMost(TWO_MINUTES).until(() -> admin().isPresent());
  }

  @AfterEach
  void close() throws Exception {
    server.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    bucket.close();
  }

  private Path node() {
    return directory.resolve("n");
  }

  private Optional<String> admin() throws IOException {
    return NodeInfo.read(node()).map(NodeInfo::admin).filter(a -> !a.isEmpty());
  }

  private String get(String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://" + admin().orElseThrow() + path);
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private void readAll(DataSet data, int from) throws IOException {
    for (int i = 0; i < FILES; i++) {
      String path = "f" + (from + i) % FILES;
      assertThat(Nodes.bytes(data.read(path))).isEqualTo(bucket.files().get(path));
    }
  }

  @Test
  void descriptorsThatAreMissingCostNoReadAndNoFileOfTheCache() throws Exception {
    ExecutorService readers = Executors.newFixedThreadPool(READERS);
    try (Forebay client =
        bucket
            .to(Forebay.builder().servers(NodeInfo.read(node()).orElseThrow().members().get(0)))
            .open()) {
      DataSet data = client.dataSet("d");
      List<Future<?>> reads = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        int from = i * FILES / READERS;
        reads.add(
            readers.submit(
                () -> {
                  readAll(data, from);
                  return null;
                }));
      }
      for (Future<?> read : reads) {
        read.get(2, TimeUnit.MINUTES);
      }
    } finally {
      readers.shutdownNow();
    }
    JsonNode status = new ObjectMapper().readTree(get("/status"));
    assertThat(status.get("tiers").get(0).get("state").asText()).isEqualTo("HEALTHY");
    assertThat(status.get("files").asInt()).isEqualTo(FILES);
    assertThat(get("/metrics"))
        .contains("process_files_open_files", "process_files_max_files 256.0");
    assertThat(directory.resolve("server.log"))
        .content()
        .doesNotContain("was dropped", "is FAILED");
  }

  @Test
  void doctorSaysThatTheLimitIsTooLow() throws Exception {
    List<String> limited = new ArrayList<>(List.of("sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"));
    limited.addAll(Command.forebay("doctor").command());
    Process doctor = new ProcessBuilder(limited).redirectErrorStream(true).start();
    String said = new String(doctor.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(doctor.waitFor()).isEqualTo(1);
    assertThat(said).contains("WRONG  open files: a process may have 256", "ulimit -n");
  }
}

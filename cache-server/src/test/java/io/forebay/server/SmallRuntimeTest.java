package io.forebay.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.TWO_MINUTES;

import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.Origin;
import io.forebay.fuse.mount.Mount;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers, clients and mounts on Java runtimes that have less than a JDK, as images have. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SmallRuntimeTest {

  /** What a server needs beside {@code jdk.unsupported}, which only the shared maps need. */
  private static final String MODULES = "java.se,jdk.httpserver,jdk.management";

  private static final int FILES = 20;
  private static final String DATA_SET = "images";

  @TempDir private Path directory;
  private final List<Process> processes = new ArrayList<>();
  private Path root;
  private Path node;

  @BeforeEach
  void writeFiles() throws IOException {
    root = Files.createDirectory(directory.resolve("root"));
    for (int i = 0; i < FILES; i++) {
      Files.writeString(root.resolve("file-" + i), "contents of " + i);
    }
    node = directory.resolve("node");
  }

  @AfterEach
  void stop() throws Exception {
    for (Process process : processes) {
      List<ProcessHandle> children = process.descendants().toList();
      process.destroy();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
      }
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** Made by jlink, as that of an image is. */
  private Path runtime(String modules) throws Exception {
    Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
    assumeThat(jlink).as("the JDK has jlink").isExecutable();
    Path runtime = directory.resolve("runtime");
    Process made =
        new ProcessBuilder(
                jlink.toString(), "--add-modules", modules, "--output", runtime.toString())
            .inheritIO()
            .start();
    assertThat(made.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(made.exitValue()).isZero();
    return runtime.resolve("bin/java");
  }

  private Process start(Path java, ProcessBuilder command, Path output) throws IOException {
    command.command().set(0, java.toString());
    Process process = command.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    processes.add(process);
    return process;
  }

  private void startServer(Path java) throws IOException {
    List<String> words = new ArrayList<>(List.of("serve"));
    for (String setting :
        List.of(
            "directory=" + node,
            "quota=1GiB",
            "listen.tcp=127.0.0.1:0",
            "listen.admin=127.0.0.1:0",
            "dataset." + DATA_SET + ".root=" + root.toUri())) {
      words.addAll(List.of("--set", setting));
    }
    start(java, Command.forebay(words.toArray(String[]::new)), directory.resolve("server.log"));
    ServerProcess.awaitAdmin(node);
  }

  private HttpResponse<String> readiness() throws Exception {
    String admin = NodeInfo.read(node).orElseThrow().admin();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://" + admin + "/readyz"))
              .timeout(Duration.ofSeconds(30))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /** Reads all files, and prints how many reads were direct. */
  static final class Reading {

    private Reading() {}

    public static void main(String[] arguments) throws IOException {
      try (Forebay forebay = Forebay.connect(Path.of(arguments[0]))) {
        DataSet data = forebay.dataSet(DATA_SET);
        for (FileStatus file : data.list("")) {
          data.read(file);
        }
        System.out.println("direct: " + forebay.stats().reads(Origin.RESIDENT));
      }
    }
  }

  @Test
  void withoutTheJavaCompilerServerAndClientShareTheirMaps() throws Exception {
    Path java = runtime(MODULES + ",jdk.unsupported");
    Process modules = new ProcessBuilder(java.toString(), "--list-modules").start();
    assertThat(new String(modules.getInputStream().readAllBytes(), UTF_8))
        .contains("jdk.unsupported")
        .doesNotContain("jdk.compiler");
    startServer(java);
    await()
        .atMost(TWO_MINUTES)
        .untilAsserted(() -> assertThat(readiness().body()).isEqualToIgnoringWhitespace("ready"));
    assertThat(NodeInfo.read(node).orElseThrow().sharedMaps()).isTrue();
    Path output = directory.resolve("client.log");
    await()
        .atMost(TWO_MINUTES)
        .untilAsserted(
            () -> {
              Process client = start(java, Command.java(Reading.class, node.toString()), output);
              assertThat(client.waitFor(1, TimeUnit.MINUTES)).isTrue();
              assertThat(output)
                  .content()
                  .contains("direct: " + FILES)
                  .doesNotContain("cannot use the shared maps");
            });
  }

  @Test
  void whereTheMapsCannotBeOpenedTheServerSaysSoAndAMountShowsAllFiles() throws Exception {
    assumeThat(Files.isWritable(Path.of("/dev/fuse"))).as("/dev/fuse can be used").isTrue();
    Path java = runtime(MODULES); // Chronicle Map needs jdk.unsupported
    startServer(java);
    await()
        .atMost(TWO_MINUTES)
        .untilAsserted(
            () ->
                assertThat(readiness().body())
                    .startsWith("ready, but")
                    .contains("shared maps", "jdk.unsupported"));
    assertThat(NodeInfo.read(node).orElseThrow().sharedMaps()).isFalse();
    Path point = Files.createDirectory(directory.resolve("mnt"));
    Path log = directory.resolve("mount.log");
    start(
        java, Command.forebay("mount", "--node", node.toString(), DATA_SET, point.toString()), log);
    try {
      await().atMost(TWO_MINUTES).until(() -> Files.readString(log).contains("is mounted on"));
      try (Stream<Path> files = Files.list(point)) {
        assertThat(files).hasSize(FILES);
      }
      assertThat(point.resolve("file-7")).hasContent("contents of 7");
    } finally {
      Mount.removeIfMounted(point);
    }
  }
}

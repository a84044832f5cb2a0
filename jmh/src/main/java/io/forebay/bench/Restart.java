package io.forebay.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.DataSet;
import io.forebay.FileStatus;
import io.forebay.Forebay;
import io.forebay.cli.ForebayCommand;
import io.forebay.file.FileId;
import io.forebay.file.FileVersion;
import io.forebay.metadata.NodeInfo;
import io.forebay.metadata.Residency;
import io.forebay.metadata.SharedMaps;
import io.forebay.store.BlockWriter;
import io.forebay.store.NodeStore;
import io.forebay.store.Purpose;
import io.forebay.store.StoreListener;
import io.forebay.store.StoreOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A process that fills a store is killed when a million files are resident; then a real server is
 * started on what it left, and asked for a file at once.
 */
final class Restart {

  private static final int FILES = 1_000_000;
  private static final int READABLE = 100;
  private static final int BYTES = 100;

  private Restart() {}

  static void run() throws Exception {
    Path memory = Path.of("/dev/shm");
    Path directory =
        Files.createTempDirectory(
            Files.isWritable(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir")),
            "forebay-bench-");
    try {
      Path root = Files.createDirectory(directory.resolve("files"));
      for (int i = 0; i < READABLE; i++) {
        Files.write(root.resolve("f" + i), content(i));
      }
      Process filler =
          java(Filler.class.getName(), directory.resolve("node/tier").toString(), root.toString());
      BufferedReader output = filler.inputReader(StandardCharsets.UTF_8);
      for (String line = output.readLine(); !"filled".equals(line); line = output.readLine()) {
        if (line == null) {
          throw new IOException("the process that fills ended by itself");
        }
      }
      filler.destroyForcibly().waitFor();
      System.out.printf(Locale.ROOT, "%n### After kill -9 with %,d resident files%n%n", FILES);
      System.out.println(
          "| round | files kept | asked | serving after | first hit after | asked |");
      System.out.println("|---|---|---|---|---|---|");
      Path config =
          ConfiguredServer.write(directory, "quota = 100GiB", "dataset.d.root = " + root.toUri());
      for (int round = 1; round <= 3; round++) {
        row(round, directory, config);
      }
    } finally {
      ConfiguredServer.deleteTree(directory);
    }
  }

  private static byte[] content(int file) {
    byte[] bytes = new byte[BYTES];
    new java.util.Random(file).nextBytes(bytes);
    return bytes;
  }

  private static Process java(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(SharedMaps.JVM_FLAGS.split(" ", -1)));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static void row(int round, Path directory, Path config) throws Exception {
    long start = System.nanoTime();
    Process server = java(ForebayCommand.class.getName(), "serve", "--config", config.toString());
    try {
      BufferedReader output = server.inputReader(StandardCharsets.UTF_8);
      for (String line = output.readLine(); !line.startsWith("serving"); ) {
        line = output.readLine();
      }
      double serving = (System.nanoTime() - start) / 1e9;
      int file = round % READABLE;
      try (Forebay client = Forebay.connect(directory.resolve("node"))) {
        DataSet data = client.dataSet("d");
        ByteBuffer bytes = data.read("f" + file);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!bytes.equals(ByteBuffer.wrap(content(file)))) {
          throw new IllegalStateException("wrong bytes");
        }
        JsonNode status = status(directory.resolve("node"));
        boolean hit = status.get("dataSets").get(0).get("cacheHitRatio").asDouble() == 1;
        System.out.printf(
            Locale.ROOT,
            "| %d | %.4f %% | 99.9 %% | %.2f s | %.2f s%s | 2 s |%n",
            round,
            100.0 * Math.min(FILES, status.get("files").asLong()) / FILES,
            serving,
            seconds,
            hit ? "" : " (a miss)");
      }
    } finally {
      server.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }
  }

  private static JsonNode status(Path node) throws Exception {
    String admin = NodeInfo.read(node).orElseThrow().admin();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return new ObjectMapper()
          .readTree(
              http.send(
                      HttpRequest.newBuilder(URI.create("http://" + admin + "/status")).build(),
                      HttpResponse.BodyHandlers.ofString())
                  .body());
    }
  }

  /** The process that is killed. */
  static final class Filler {

    private Filler() {}

    public static void main(String[] arguments) throws IOException {
      Path root = Path.of(arguments[1]);
      StoreListener nobody =
          new StoreListener() {
            @Override
            public void resident(FileId id, Residency.Location location) {}

            @Override
            public void gone(FileId id) {}
          };
      NodeStore store = NodeStore.open(StoreOptions.of(Path.of(arguments[0]), 100L << 30), nobody);
      for (int i = 0; ; i++) {
        FileStatus status = i < READABLE ? real(root, i) : FileStatus.file("f" + i, BYTES, i, "");
        try (BlockWriter writer =
            store.reserve(FileVersion.of("d", status), 0, Purpose.READ).orElseThrow()) {
          writer.append(ByteBuffer.wrap(i < READABLE ? content(i) : new byte[BYTES]));
          writer.commit();
        }
        if (i == FILES) {
          System.out.println("filled");
        }
      }
    }

    /** As the server's under-store sees it. */
    private static FileStatus real(Path root, int file) throws IOException {
      try (var store =
          io.forebay.understore.layer.UnderStores.open(
              io.forebay.spec.DataSetSpec.of(root.toUri(), java.util.Map.of()))) {
        return store.stat("f" + file);
      }
    }
  }
}

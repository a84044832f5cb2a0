package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.file.DataPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server's log tells its operator. */
class LogTest {

  private static final String LINE =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ (INFO |WARN ) \\[[^\\]]+] \\S+ \\S+: .+";

  @TempDir Path directory;
  private Path node;
  private Path log;

  @BeforeEach
  void makeTree() throws IOException {
    node = directory.resolve("node");
    log = directory.resolve("log");
    Files.writeString(Files.createDirectory(directory.resolve("tree")).resolve("a"), "content");
  }

  private String root() {
    return directory.resolve("tree").toUri().toString();
  }

  /** Runs a server while commands are given to it, and returns what it logged. */
  private List<String> logged(List<String> options, List<List<String>> commands) throws Exception {
    List<String> serve = new ArrayList<>(List.of("serve"));
    for (String setting :
        List.of("directory=" + node, "listen.tcp=127.0.0.1:0", "listen.admin=127.0.0.1:0")) {
      serve.addAll(List.of("--set", setting));
    }
    serve.addAll(options);
    Process server =
        Command.forebay(serve.toArray(String[]::new))
            .redirectError(log.toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .start();
    try {
      ServerProcess.awaitAdmin(node);
      for (List<String> command : commands) {
        Process process =
            Command.forebay(command.toArray(String[]::new)).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s: %s", command, output).isZero();
      }
    } finally {
      server.destroy();
      assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    return Files.readAllLines(log);
  }

  private List<List<String>> applyLoadAndDrop() throws IOException {
    Path manifest =
        Files.writeString(
            directory.resolve("d.yaml"),
            """
            apiVersion: data.fluid.io/v1alpha1
            kind: Dataset
            metadata:
              name: images
            spec:
              mounts:
                - mountPoint: %s
            """
                .formatted("local://" + directory.resolve("tree")));
    return List.of(
        List.of("apply", "--node", "" + node, "-f", "" + manifest),
        List.of("load", "--node", "" + node, "images"),
        List.of("drop", "--node", "" + node, "images"));
  }

  @Test
  void eachLineHasTimeLevelThreadAndDataSet() throws Exception {
    List<String> lines = logged(List.of(), applyLoadAndDrop());
    assertThat(lines).allMatch(line -> line.matches(LINE), "is one line of the log");
    assertThat(lines)
        .anyMatch(line -> line.contains("serves 0 data sets of " + node))
        .anyMatch(line -> line.contains("applied data set 'images': created"))
        .anyMatch(line -> line.contains("] images ") && line.endsWith("of images: started"))
        .anyMatch(
            line -> line.contains("] images ") && line.contains("Complete, 1 files and 7 bytes"))
        .anyMatch(
            line ->
                line.contains("] images ")
                    && line.contains("dropped data set 'images' with 1 files"))
        .anyMatch(line -> line.contains("has stopped"));
  }

  @Test
  void aLineIsJsonByOption() throws Exception {
    List<String> lines = logged(List.of("--log-format", "json"), applyLoadAndDrop());
    List<JsonNode> events = new ArrayList<>();
    for (String line : lines) {
      events.add(new ObjectMapper().readTree(line));
    }
    assertThat(events)
        .allMatch(
            e -> e.hasNonNull("timestamp") && e.hasNonNull("level") && e.hasNonNull("threadName"))
        .anyMatch(
            e ->
                e.path("mdc").path("dataset").asText().equals("images")
                    && e.path("formattedMessage").asText().contains("dropped data set"));
  }

  @Test
  void aWrongFormatIsRefused() throws Exception {
    ProcessBuilder status = Command.forebay("status").redirectErrorStream(true);
    status.environment().put("FOREBAY_LOG_FORMAT", "xml");
    Process process = status.start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("FOREBAY_LOG_FORMAT is 'xml'; use one of [text, json]");
    assertThat(process.waitFor()).isEqualTo(2);
  }

  @Test
  void aNameThatIsTooLongIsAnErrorOfItsOwnAndWritesNothing() throws Exception {
    assumeThat(Files.isWritable(Path.of("/dev/fuse"))).as("/dev/fuse can be used").isTrue();
    Path point = Files.createDirectory(directory.resolve("mnt"));
    Process keeper =
        Command.forebay("mount", "--cache", directory + "/cache", root(), "" + point)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      await().atMost(ONE_MINUTE).until(() -> Files.exists(point.resolve("a")));
      for (String name : List.of("n".repeat(256), "n".repeat(DataPath.MAX_BYTES + 1))) {
        Process stat = new ProcessBuilder("stat", point.resolve(name).toString()).start();
        assertThat(new String(stat.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
            .endsWith("File name too long\n");
      }
    } finally {
      keeper.destroy();
      assertThat(keeper.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(log).content().doesNotContain("failed");
  }
}

package io.forebay.server;

import static io.forebay.server.Cli.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MINUTE;

import io.forebay.node.Binding;
import io.forebay.samples.oss.Fault;
import io.forebay.server.apply.SourceChecks;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a data set is said to be Bound when its under-store answers, and only then. */
class BindingTest {

  @TempDir private Path directory;
  private Nodes nodes;

  @BeforeEach
  void start() throws IOException {
    nodes = new Nodes(directory, 1);
    nodes.addMany(3, 100);
  }

  @AfterEach
  void stop() throws IOException {
    nodes.close();
  }

  private String node() {
    return nodes.nodeDirectory(0).toString();
  }

  private String manifest(String root, String endpoint, String secret) throws IOException {
    boolean oss = root.startsWith("oss:");
    String options =
        !oss
            ? ""
            : "      options:\n        fs.oss.endpoint: "
                + endpoint
                + "\n        fs.oss.accessKeyId: id\n        fs.oss.accessKeySecret: "
                + secret
                + "\n";
    String text =
        """
        apiVersion: data.fluid.io/v1alpha1
        kind: Dataset
        metadata: {name: tried}
        spec:
          mounts:
            - mountPoint: %s
              path: /
        %s---
        apiVersion: data.fluid.io/v1alpha1
        kind: DataLoad
        metadata: {name: warm}
        spec: {dataset: {name: tried}, loadMetadata: true}
        """
            .formatted(root, options);
    return Files.writeString(directory.resolve("tried.yaml"), text).toString();
  }

  private String apply(int exit, String file, String... more) {
    String[] arguments = new String[5 + more.length];
    System.arraycopy(new String[] {"apply", "--node", node(), "-f", file}, 0, arguments, 0, 5);
    System.arraycopy(more, 0, arguments, 5, more.length);
    return run(exit, arguments);
  }

  @Test
  void aDataSetWhoseUnderStoreDoesNotAnswerIsFailedWithTheReasonAndNotLoaded() throws Exception {
    String endpoint = nodes.oss().endpoint();
    String[][] wrong = {
      {"oss://bucket/root", endpoint, "wrong", "check key and secret"},
      {"oss://no-such-bucket/root", endpoint, "secret", "bucket"},
      {"oss://bucket/root", "http://127.0.0.1:9", "secret", "127.0.0.1:9"},
      {"file:" + directory.resolve("missing"), "", "", "missing"},
    };
    for (String[] each : wrong) {
      assertThat(apply(1, manifest(each[0], each[1], each[2])))
          .contains("Dataset/tried", ", Failed: ", each[3], "DataLoad/warm not started");
      assertThat(run(1, "status", "--node", node()))
          .containsPattern("tried +Failed")
          .contains("tried: Failed since ", each[3]);
    }
    assertThat(metrics())
        .contains("forebay_dataset_phase{dataset=\"tried\",phase=\"Failed\"} 1")
        .contains("forebay_dataset_phase{dataset=\"images\",phase=\"Failed\"} 0");
    assertThat(run(1, "doctor", "--set", "directory=" + node()))
        .contains("WRONG  the server that runs here: data set tried is Failed: ");

    assertThat(apply(0, manifest("oss://bucket/root", endpoint, "secret")))
        .contains("Dataset/tried changed, Bound", "DataLoad/warm started");
    assertThat(run(0, "status", "--node", node())).containsPattern("tried +Bound");
  }

  private String metrics() throws Exception {
    URI uri = URI.create("http://" + nodes.server(0).adminAddress() + "/metrics");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  @Test
  void aFailedDataSetIsAskedAgainUntilItIsBound() throws Exception {
    Path root = directory.resolve("late");
    apply(1, manifest("file:" + root, "", ""));
    Files.createDirectories(root);
    await()
        .atMost(ONE_MINUTE)
        .untilAsserted(
            () ->
                assertThat(run(0, "status", "--node", node()))
                    .contains("found nothing in file:" + root));
  }

  @Test
  void applyWaitsUntilItIsBoundOrAcceptsItUnasked() throws Exception {
    Path root = directory.resolve("late");
    String file = manifest("file:" + root, "", "");
    assertThat(apply(0, file, "--no-check"))
        .contains("Dataset/tried created", "DataLoad/warm started");
    await()
        .atMost(ONE_MINUTE)
        .until(() -> run(0, "loads", "--node", node()).contains("warm: Failed"));
    Thread maker =
        Thread.ofVirtual()
            .start(
                () ->
                    await()
                        .atMost(ONE_MINUTE)
                        .until(
                            () -> {
                              if (nodes.server(0).node().dataSets().stream()
                                  .anyMatch(d -> d.status().binding().refusals() > 1)) {
                                Files.createDirectories(root);
                                Files.writeString(root.resolve("file"), "x");
                              }
                              return Files.exists(root);
                            }));
    assertThat(apply(0, file, "--wait", "1m"))
        .contains("waiting: Dataset/tried unchanged, Failed: ")
        .contains("Dataset/tried unchanged, Bound", "DataLoad/warm started");
    maker.join();
  }

  @Test
  void anUnderStoreThatIsSilentIsGivenUpAfterSomeTime() throws Exception {
    nodes.oss().faults().rate(1, Fault.HANG);
    try (SourceChecks checks = new SourceChecks(nodes.server(0).node(), Duration.ofMillis(200))) {
      Binding binding = checks.check(nodes.server(0).node().dataSet(Nodes.DATA_SET));
      assertThat(binding.phase()).isEqualTo(Binding.Phase.Failed);
      assertThat(binding.reason()).startsWith("oss://bucket/root has not answered for ");
    } finally {
      nodes.oss().faults().clear();
    }
  }
}

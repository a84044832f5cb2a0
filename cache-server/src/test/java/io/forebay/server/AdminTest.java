package io.forebay.server;

import static io.forebay.server.Cli.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.DataSet;
import io.forebay.background.BackgroundTasks;
import io.forebay.server.admin.AdminToken;
import io.forebay.server.admin.StatusReport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** The admin endpoint over real HTTP, and the commands that use it. */
class AdminTest {

  @TempDir Path directory;
  private Nodes nodes;
  private DataSet data;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void start() throws IOException {
    nodes = new Nodes(directory, 1);
    nodes.addMany(20, 1_000);
    data = nodes.elsewhere().dataSet(Nodes.DATA_SET);
    for (int pass = 0; pass < 2; pass++) {
      for (String path : nodes.paths()) {
        data.read(path);
      }
    }
  }

  @AfterEach
  void close() throws IOException {
    nodes.close();
    http.close();
  }

  private HttpResponse<String> send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + nodes.server(0).adminAddress() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private StatusReport status() throws IOException, InterruptedException {
    return new ObjectMapper().readValue(send("GET", "/status").body(), StatusReport.class);
  }

  private String node() {
    return nodes.nodeDirectory(0).toString();
  }

  @Test
  void healthAndReadinessAreTold() throws Exception {
    assertThat(send("GET", "/healthz").statusCode()).isEqualTo(200);
    assertThat(send("GET", "/readyz").body()).isEqualTo("ready\n");
    assertThat(send("GET", "/nothing").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/prune?dataset=images").statusCode()).isEqualTo(405);
  }

  @Test
  void theNodesCommandsReachAnEndpointThatListensOnAllAddresses() throws Exception {
    Path own = directory.resolve("own");
    Path config = directory.resolve("own.properties");
    Files.writeString(
        config,
        "directory = %s%nlisten.tcp = 127.0.0.1:0%nlisten.admin = 0.0.0.0:0%ntls = none%n"
            .formatted(own));
    try (CacheServer server = CacheServer.start(ServerConfig.load(config))) {
      assertThat(server.adminAddress()).startsWith("0.0.0.0:");
      assertThat(run(0, "status", "--node", own.toString())).contains(own.toString());
    }
  }

  @Test
  void whatFailsInTheBackgroundIsToldEverywhereUntilItWorksAgain() throws Exception {
    BackgroundTasks background = nodes.server(0).node().background();
    background.run(
        "counting sheep",
        () -> {
          throw new AssertionError("no such class");
        });
    String trouble = "counting sheep: java.lang.AssertionError: no such class";
    assertThat(send("GET", "/readyz").body()).isEqualTo("ready, but:\n" + trouble + "\n");
    assertThat(status().troubles()).containsExactly(trouble);
    assertThat(send("GET", "/metrics").body()).contains("forebay_background_troubles 1.0");
    assertThat(run(0, "status", "--node", node())).contains("TROUBLE " + trouble);
    assertThat(run(1, "doctor", "--set", "directory=" + node()))
        .contains("WRONG  the server that runs here: " + trouble);

    background.run("counting sheep", () -> {});
    assertThat(send("GET", "/readyz").body()).isEqualTo("ready\n");
    assertThat(run(0, "status", "--node", node())).doesNotContain("TROUBLE");
  }

  @Test
  void metricsCountHitsMissesTiersAndRequests() throws Exception {
    String metrics = send("GET", "/metrics").body();
    assertThat(metrics)
        .contains("forebay_hits_total{dataset=\"images\",tier=\"0\"} 20.0")
        .contains("forebay_misses_total{dataset=\"images\"} 20.0")
        .contains("forebay_resident_files 20.0")
        .contains("forebay_tier_quota_bytes{medium=\"SSD\"")
        .contains("forebay_understore_first_byte_seconds{dataset=\"images\",quantile=\"0.99\"}")
        .contains("state=\"HEALTHY\",tier=\"0\"} 1.0")
        .contains("jvm_memory_used_bytes")
        .doesNotContain("secret");
  }

  @Test
  void promtoolFindsNothingWrongWithTheMetrics() throws Exception {
    Path metrics = Files.writeString(directory.resolve("metrics"), send("GET", "/metrics").body());
    Process promtool;
    try {
      promtool =
          new ProcessBuilder("promtool", "check", "metrics")
              .redirectInput(metrics.toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new TestAbortedException(
          "promtool is missing; on Debian: apt-get install prometheus", e);
    }
    String found = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(found).isEmpty();
    assertThat(promtool.waitFor()).isZero();
    assertThat(metrics).content().contains("# TYPE forebay_understore_first_byte_seconds summary");
  }

  @Test
  void statusIsJsonForProgramsAndATableForPeople() throws Exception {
    StatusReport report = status();
    assertThat(report.ready()).isTrue();
    assertThat(report.files()).isEqualTo(20);
    assertThat(report.tiers()).hasSize(1);
    assertThat(report.dataSets().get(0).cacheHitRatio()).isBetween(0.45, 0.55);
    assertThat(run(0, "status", "--node", node()))
        .contains("images")
        .contains("HEALTHY")
        .contains("20 files resident");
    assertThat(run(0, "status", "--node", node(), "-o", "json")).contains("\"dataSets\"");
  }

  @Test
  void pinnedFilesOutliveAPruneAndARestart() throws Exception {
    assertThat(run(0, "pin", "--node", node(), "images", "dir0")).contains("3 cached files");
    nodes.stop(0);
    nodes.start(0);
    assertThat(run(0, "status", "--node", node())).contains("dir0");
    assertThat(run(0, "pin", "--node", node(), "images", "dir0")).contains("3 cached files");
    assertThat(run(0, "prune", "--node", node(), "images")).contains("17 files removed");
    assertThat(status().files()).isEqualTo(3);
    run(0, "unpin", "--node", node(), "images", "dir0");
    assertThat(run(0, "prune", "--node", node(), "images")).contains("3 files removed");
  }

  @Test
  void pruneGoesByPathByAgeAndByWhatIsListed() throws Exception {
    assertThat(run(0, "prune", "--node", node(), "images", "dir1")).contains("3 files removed");
    assertThat(run(0, "prune", "--node", node(), "images", "--older-than", "1h"))
        .contains("0 files removed");
    assertThat(run(0, "prune", "--node", node(), "images", "--not-in-snapshot"))
        .contains("0 files removed");
    nodes.add("dir0/file-0", 77); // another version
    data.refresh();
    assertThat(run(0, "prune", "--node", node(), "images", "--not-in-snapshot"))
        .contains("1 file removed");
  }

  @Test
  void scrubReportsBadBlocks() throws Exception {
    assertThat(run(0, "scrub", "--node", node())).contains("0 bad blocks");
    Path tierFile =
        nodes
            .server(0)
            .node()
            .store()
            .find(
                io.forebay.file.FileVersion.of(Nodes.DATA_SET, data.stat(nodes.paths().get(0)))
                    .id())
            .orElseThrow()
            .path();
    java.nio.file.Files.write(tierFile, new byte[10]);
    assertThat(run(1, "scrub", "--node", node())).contains("1 bad block");
    assertThat(Nodes.bytes(data.read(nodes.paths().get(0))))
        .isEqualTo(nodes.files().get(nodes.paths().get(0)));
  }

  @Test
  void badRequestsGetClearAnswers() throws Exception {
    assertThat(run(1, "pin", "--node", node(), "nope")).contains("'nope' is not served here");
    assertThat(run(1, "pin", "--node", node(), "images", "no/such"))
        .contains("no/such", "nothing to pin");
    assertThat(status().dataSets().get(0).pins()).isEmpty();
    assertThat(run(1, "unpin", "--node", node(), "images", "x")).contains("is not pinned");
    assertThat(run(2, "prune", "--node", node(), "images", "--older-than", "soon"))
        .contains("'soon' is not a duration");
    assertThat(run(1, "status", "--admin", "127.0.0.1:1")).contains("no cache server answers");
    for (String wrong : List.of("nonsense", "http://127.0.0.1:1", "127.0.0.1:port", "a b:1")) {
      assertThat(run(2, "status", "--admin", wrong)).contains("'" + wrong + "' is not HOST:PORT");
    }
    assertThat(run(1, "status", "--node", directory.toString()))
        .contains("no cache server has written its address to");
    String token = AdminToken.read(Path.of(node()));
    assertThat(send("POST", "/prune", AdminToken.HEADER, token).body())
        .contains("'dataset' is missing");
    assertThat(send("POST", "/prune?dataset=images").statusCode()).isEqualTo(403);
    assertThat(send("POST", "/prune?dataset=images", AdminToken.HEADER, "guess").body())
        .contains("only root and the server's user may");
    assertThat(send("POST", "/prune?dataset=images", "Origin", "http://evil").statusCode())
        .isEqualTo(403);
  }
}

package io.forebay.server;

import static io.forebay.server.SecuredServer.tls;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.Forebay;
import io.forebay.metadata.NodeInfo;
import io.forebay.samples.oss.OssServer;
import io.forebay.samples.oss.OwnAddresses;
import io.forebay.server.access.Grant;
import io.forebay.server.access.Role;
import io.forebay.server.access.TokenKey;
import io.forebay.tls.TlsFiles;
import io.forebay.wire.Address;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Looks for secrets in everything that a server shows and writes. */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SecretsTest {

  private static final String STORE_KEY = "planted-secret-of-the-store";

  @TempDir private Path directory;
  private final Map<String, String> secrets = new LinkedHashMap<>();
  private final Map<String, String> shown = new LinkedHashMap<>();

  @Test
  void noSecretIsInLogsMetricsMapsErrorsAndCommandLines() throws Exception {
    Path keyFile = directory.resolve("tokens.key");
    TokenKey.create(keyFile);
    TlsFiles files =
        new TestCertificates(directory.resolve("pki"), "cluster").issue("s", OwnAddresses.host());
    String good = token(keyFile, Instant.now().plus(Duration.ofHours(1)));
    String expired = token(keyFile, Instant.EPOCH);
    secrets.put("store key", STORE_KEY);
    secrets.put("key of tokens", Files.readString(keyFile).strip());
    secrets.put(
        "key of the certificate", Files.readAllLines(files.identity().orElseThrow().key()).get(1));
    secrets.put("token", good);
    secrets.put("expired token", expired);

    try (OssServer oss = OssServer.builder().bucket("bucket").key("id", STORE_KEY).start()) {
      oss.put("bucket", "root/file", new byte[100]);
      Path log = directory.resolve("log");
      Address.Tcp address = new Address.Tcp(OwnAddresses.host(), OwnAddresses.nextPort());
      Process server = serve(oss, address, tls(files, "tokens.key = " + keyFile), log);
      try {
        ServerProcess.awaitAdmin(node());
        secrets.put("admin token", Files.readString(node().resolve("admin.token")));
        read(address, files.trust(), good);
        refuse(address, files.trust(), expired);
        refuse(address, files.trust(), good + "x");
        String admin = NodeInfo.read(node()).orElseThrow().admin();
        for (String path : List.of("/metrics", "/status", "/readyz", "/loads")) {
          shown.put(path, http("GET", admin, path, secrets.get("admin token")));
        }
        shown.put("/pin", http("POST", admin, "/pin?dataset=d", secrets.get("admin token")));
        shown.put("/pin, refused", http("POST", admin, "/pin?dataset=d", expired));
        shown.put("node.properties", read(node().resolve("node.properties")));
        for (String file : List.of("cmdline", "maps")) {
          shown.put(file, read(Path.of("/proc/" + server.pid(), file)));
        }
      } finally {
        server.destroy();
        assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
      shown.put("log", read(log));
      addFilesOfNode();
    }
    assertThat(shown.get("log")).contains("refused", "expired at");
    assertThat(shown.get("/metrics")).contains("forebay_");
    shown.forEach(
        (place, text) ->
            secrets.forEach(
                (name, secret) ->
                    assertThat(text.contains(secret))
                        .as("the %s is in %s", name, place)
                        .isFalse()));
  }

  private static String token(Path keyFile, Instant expires) throws Exception {
    return new TokenKey(keyFile).sign(new Grant("alice", List.of("d"), Role.READ, expires));
  }

  private Path node() {
    return directory.resolve("node");
  }

  private Process serve(OssServer oss, Address.Tcp address, String[] security, Path log)
      throws Exception {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "directory = " + node(),
                "listen.tcp = " + address,
                "listen.admin = 127.0.0.1:0",
                "dataset.d.root = oss://bucket/root",
                "dataset.d.fs.oss.endpoint = " + oss.endpoint(),
                "dataset.d.fs.oss.accessKeyId = id",
                "dataset.d.fs.oss.accessKeySecret = " + STORE_KEY));
    settings.addAll(List.of(security));
    Path file = Files.write(directory.resolve("forebay.properties"), settings);
    return Command.forebay("serve", "--config", file.toString())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private static Forebay client(Address.Tcp address, Path trust, String token) throws Exception {
    return Forebay.builder().servers(address.toString()).tls(trust).token(() -> token).open();
  }

  private static void read(Address.Tcp address, Path trust, String token) throws Exception {
    try (Forebay client = client(address, trust, token)) {
      assertThat(client.dataSet("d").read("file").remaining()).isEqualTo(100);
    }
  }

  private void refuse(Address.Tcp address, Path trust, String token) throws Exception {
    try (Forebay client = client(address, trust, token)) {
      assertThatThrownBy(() -> client.dataSet("d"))
          .satisfies(e -> shown.put("error " + shown.size(), e.toString()));
    }
  }

  private static String http(String method, String address, String path, String token)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("Forebay-Token", token)
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  /** All that is not for the server's own user alone: maps, tiers, snapshots, announcements. */
  private void addFilesOfNode() throws Exception {
    try (Stream<Path> files = Files.walk(node())) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        if (!file.endsWith("admin.token")) {
          shown.put(file.toString(), read(file));
        }
      }
    }
  }

  private static String read(Path file) throws Exception {
    return Files.readString(file, ISO_8859_1);
  }

  @Test
  void theLauncherForbidsCoreDumpsAndAsksForNoHeapDumps() throws Exception {
    List<String> output = LauncherCommand.of(directory, "serve", "--config", "forebay.properties");
    assertThat(output).noneMatch(option -> option.contains("HeapDump"));
    Process process = LauncherCommand.with(directory, "ulimit -c", "serve").start();
    assertThat(new String(process.getInputStream().readAllBytes(), ISO_8859_1).strip())
        .isEqualTo("0");
  }
}

package io.forebay.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.config.DataSize;
import io.forebay.placement.Placement;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of docs/ that repeat constants of this module. */
class DocumentsTest {

  private static final Pattern SETTING = Pattern.compile("(?m)^\\| `([\\w.-]+)` \\| `([^`]*)` \\|");
  private static final Pattern REQUEST = Pattern.compile("`(GET|POST) (/[\\w/]+)`");
  private static final Pattern ENDPOINT =
      Pattern.compile("\\b(get|post)\\(\\s*\"(/[\\w/]+)\"", Pattern.MULTILINE);

  @Test
  void theDefaultsOfSettingsAreTheDocumented() throws IOException {
    String settings = section("server.md", "## Settings", "## Copies");
    Map<String, String> documented = new HashMap<>();
    SETTING.matcher(settings).results().forEach(m -> documented.put(m.group(1), m.group(2)));
    assertThat(documented).containsKeys("quota", "fill.readAhead", "tier.N.high", "tier.N.low");

    Properties oneTier = new Properties();
    oneTier.putAll(Map.of("directory", "/cache", "dataset.images.root", "file:/images"));
    Properties tiers = new Properties();
    tiers.putAll(oneTier);
    tiers.putAll(Map.of("tier.0.mediumtype", "SSD", "tier.0.path", "/ssd", "tier.0.quota", "1GiB"));
    Properties oneTierInFull = new Properties();
    oneTierInFull.putAll(oneTier);
    Properties tiersInFull = new Properties();
    tiersInFull.putAll(tiers);
    documented.forEach(
        (key, value) ->
            (key.startsWith("tier.") ? tiersInFull : oneTierInFull)
                .put(key.replace("tier.N", "tier.0").replace("NAME", "images"), value));

    assertThat(ServerConfig.parse(oneTierInFull)).isEqualTo(ServerConfig.parse(oneTier));
    assertThat(ServerConfig.parse(tiersInFull)).isEqualTo(ServerConfig.parse(tiers));
  }

  @Test
  void theSizesOfAnswersAreTheDocumented() throws IOException {
    assertThat(documentedSize("reads", "GetTask.SENDFILE_BYTES")).isEqualTo(GetTask.SENDFILE_BYTES);
    assertThat(documentedSize("reads", "GetTask.FRAME_BYTES")).isEqualTo(GetTask.FRAME_BYTES);
    assertThat(documentedSize("reads", "GetTask.GATHER_BYTES")).isEqualTo(GetTask.GATHER_BYTES);
  }

  @Test
  void theSizeOfAnExtentIsTheDocumented() throws IOException {
    assertThat(documentedSize("cluster", "Placement.EXTENT_BYTES"))
        .isEqualTo(Placement.EXTENT_BYTES);
  }

  private static long documentedSize(String page, String constant) throws IOException {
    Matcher row =
        Pattern.compile("\\| (\\S+ \\S+) \\| `" + Pattern.quote(constant) + "` \\|")
            .matcher(Files.readString(Path.of("../docs/design/" + page + ".md")));
    assertThat(row.find()).as(constant).isTrue();
    return DataSize.parse(row.group(1)).bytes();
  }

  @Test
  void everyAdminRequestIsDocumented() throws IOException {
    TreeSet<String> documented = new TreeSet<>();
    REQUEST
        .matcher(section("server.md", "## HTTP", "## The log"))
        .results()
        .forEach(m -> documented.add(m.group(1) + " " + m.group(2)));
    TreeSet<String> served = new TreeSet<>();
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      for (Path source : sources.filter(DocumentsTest::isOfAdmin).toList()) {
        ENDPOINT
            .matcher(Files.readString(source))
            .results()
            .forEach(m -> served.add((m.group(1).equals("get") ? "GET " : "POST ") + m.group(2)));
      }
    }
    assertThat(documented).isEqualTo(served);
  }

  private static boolean isOfAdmin(Path source) {
    return source.toString().endsWith(".java") && source.getParent().endsWith("admin");
  }

  @Test
  void adminRequestsNeedTheTokenWhereTheDocumentSaysSo(@TempDir Path directory) throws Exception {
    String table = section("server.md", "## HTTP", "## The log");
    int asked = 0;
    try (Nodes nodes = new Nodes(directory, 1);
        HttpClient http = HttpClient.newHttpClient()) {
      for (String line : table.lines().filter(l -> l.startsWith("| `")).toList()) {
        boolean needsToken = line.contains("| yes |");
        assertThat(needsToken || line.contains("| no |")).as(line).isTrue();
        Matcher request = REQUEST.matcher(line);
        while (request.find()) {
          String address = "http://" + nodes.server(0).adminAddress() + request.group(2);
          HttpResponse<String> answer =
              http.send(
                  HttpRequest.newBuilder(URI.create(address))
                      .method(request.group(1), HttpRequest.BodyPublishers.noBody())
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
          assertThat(answer.statusCode() == 403).as(request.group()).isEqualTo(needsToken);
          asked++;
        }
      }
    }
    assertThat(asked).isGreaterThan(15);
  }

  private static String section(String file, String from, String to) throws IOException {
    String text = Files.readString(Path.of("../docs").resolve(file));
    return text.substring(text.indexOf(from), text.indexOf(to));
  }
}

package io.forebay.cli;

import io.forebay.metadata.NodeInfo;
import io.forebay.server.admin.AdminToken;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where a command finds the server's admin endpoint, and how it asks it. */
final class Admin {

  private static final Duration CONNECT = Duration.ofSeconds(5);

  @ArgGroup private Where where = new Where();

  /** One way or the other. */
  private static final class Where {

    @Option(
        names = "--node",
        paramLabel = "DIRECTORY",
        description = "The server's directory, on this node.")
    private Path directory;

    @Option(
        names = "--admin",
        paramLabel = "HOST:PORT",
        description = "The server's admin endpoint (default: 127.0.0.1:7071).")
    private String address;
  }

  /** That of the server whose directory this is. */
  static Admin of(Path directory) {
    Admin admin = new Admin();
    admin.where.directory = directory;
    return admin;
  }

  String get(String path) throws IOException, InterruptedException {
    return get(path, Map.of());
  }

  String post(String path, Map<String, String> parameters)
      throws IOException, InterruptedException {
    return post(path, parameters, "");
  }

  String get(String path, Map<String, String> parameters) throws IOException, InterruptedException {
    return send(request(path, parameters).GET().build());
  }

  String post(String path, Map<String, String> parameters, String body)
      throws IOException, InterruptedException {
    return send(request(path, parameters).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  /** The server's directory, where it was given. */
  Optional<Path> directory() {
    return Optional.ofNullable(where).map(w -> w.directory);
  }

  /** What was given, for another command. */
  List<String> arguments() {
    if (where.directory != null) {
      return List.of("--node", where.directory.toString());
    }
    return where.address == null ? List.of() : List.of("--admin", where.address);
  }

  private HttpRequest.Builder request(String path, Map<String, String> parameters)
      throws IOException {
    List<String> query = new ArrayList<>();
    parameters.forEach(
        (key, value) -> query.add(key + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(
            URI.create("http://" + address() + path + "?" + String.join("&", query)));
    if (where.directory != null) {
      try {
        builder.header(AdminToken.HEADER, AdminToken.read(where.directory));
      } catch (IOException e) {
        // Another user's: most questions are answered without, and the others say so.
      }
    }
    return builder;
  }

  private String address() throws IOException {
    if (where.directory == null) {
      return where.address == null ? "127.0.0.1:7071" : where.address;
    }
    return NodeInfo.read(where.directory)
        .map(NodeInfo::admin)
        .filter(a -> !a.isEmpty())
        .orElseThrow(
            () ->
                new IOException(
                    "no cache server has announced itself in " + where.directory + "; is it up?"));
  }

  private static String send(HttpRequest request) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
      HttpResponse<String> answer =
          client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (answer.statusCode() != 200) {
        throw new IOException(answer.body().strip());
      }
      return answer.body();
    } catch (ConnectException e) {
      throw new IOException(
          "no cache server answers at "
              + request.uri().getAuthority()
              + "; name its directory with --node, or its admin endpoint with --admin",
          e);
    }
  }
}

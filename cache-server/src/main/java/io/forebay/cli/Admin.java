package io.forebay.cli;

import io.forebay.config.TextFile;
import io.forebay.metadata.NodeInfo;
import io.forebay.server.admin.AdminToken;
import io.forebay.tls.Tls;
import io.forebay.tls.TlsFiles;
import io.forebay.wire.Address;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a command finds the server's admin endpoint, and how it asks it. */
final class Admin {

  private static final String TOKEN = "FOREBAY_TOKEN";
  private static final Duration CONNECT = Duration.ofSeconds(5);

  @ArgGroup private Where where = new Where();

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description =
          "Seconds without an answer after which the command checks that the server is alive, and the"
              + " timeout of that check (default: ${DEFAULT-VALUE}).")
  private int patienceSeconds = 10;

  @Mixin private SecurityOptions security = new SecurityOptions();

  /** One way or the other. */
  private static final class Where {

    @Option(
        names = "--node",
        paramLabel = "DIRECTORY",
        description =
            "Directory of the cache server on this node (default: /var/lib/forebay, if a server runs there).")
    private Path directory;

    @Option(
        names = "--admin",
        paramLabel = "HOST:PORT",
        description =
            "Admin endpoint of the server (default: 127.0.0.1:7071). Commands that change something need"
                + " the server's admin token in the environment variable FOREBAY_TOKEN, or --token.")
    private Address.Tcp address;
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

  /** The server's directory: as it was given, or that of this node's server, if there is one. */
  private Optional<Path> directory() throws IOException {
    return where.directory == null
            && where.address == null
            && NodeInfo.read(Client.NODE).isPresent()
        ? Optional.of(Client.NODE)
        : Optional.ofNullable(where.directory);
  }

  /** What was given, for another command. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of("--patience", "" + patienceSeconds));
    if (where.directory != null) {
      arguments.addAll(List.of("--node", where.directory.toString()));
    } else if (where.address != null) {
      arguments.addAll(List.of("--admin", where.address.toString()));
    }
    return arguments;
  }

  private HttpRequest.Builder request(String path, Map<String, String> parameters)
      throws IOException {
    List<String> query = new ArrayList<>();
    parameters.forEach(
        (key, value) -> query.add(key + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
    Optional<Path> directory = directory();
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(
            URI.create(
                (tls(directory).isPresent() ? "https://" : "http://")
                    + address(directory)
                    + path
                    + "?"
                    + String.join("&", query)));
    token(directory).ifPresent(token -> builder.header(AdminToken.HEADER, token));
    return builder;
  }

  /** That of the node's server if this user may read it, else one that was given. */
  private Optional<String> token(Optional<Path> directory) throws IOException {
    if (directory.isPresent()) {
      try {
        return Optional.of(AdminToken.read(directory.get()));
      } catch (IOException e) {
        // Another user's; the server says which requests need one.
      }
    }
    Optional<Path> file = security.files().file(ClientFiles.TOKEN);
    return file.isPresent()
        ? Optional.of(TextFile.read(file.get()).strip())
        : Optional.ofNullable(System.getenv(TOKEN));
  }

  /** As the server decides: on loopback its admin endpoint needs no TLS. */
  private Optional<TlsFiles> tls(Optional<Path> directory) throws IOException {
    ClientFiles files = security.files();
    Optional<Path> trust = files.file(ClientFiles.TRUST);
    if (trust.isEmpty() && directory.isPresent()) {
      trust = NodeInfo.read(directory.get()).flatMap(NodeInfo::trust);
    }
    if (trust.isEmpty() || isLoopback(address(directory))) {
      return Optional.empty();
    }
    return Optional.of(
        new TlsFiles(
            trust.get(),
            files
                .file(ClientFiles.CERTIFICATE)
                .map(c -> new TlsFiles.Identity(c, files.files().get(ClientFiles.KEY)))));
  }

  private static boolean isLoopback(String address) {
    URI uri = URI.create("http://" + address);
    InetAddress resolved = new InetSocketAddress(uri.getHost(), uri.getPort()).getAddress();
    return resolved != null && resolved.isLoopbackAddress();
  }

  private String address(Optional<Path> directory) throws IOException {
    if (directory.isEmpty()) {
      return where.address == null ? "127.0.0.1:7071" : where.address.toString();
    }
    return NodeInfo.read(directory.get())
        .map(NodeInfo::admin)
        .filter(a -> !a.isEmpty())
        .orElseThrow(
            () ->
                new IOException(
                    "no cache server has written its address to "
                        + directory.get()
                        + "; start one there"));
  }

  private String send(HttpRequest request) throws IOException, InterruptedException {
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(CONNECT);
    Optional<TlsFiles> tls = tls(directory());
    if (tls.isPresent()) {
      builder.sslContext(new Tls(tls.get()).context());
    }
    try (HttpClient client = builder.build()) {
      try {
        return answer(client, request);
      } finally {
        client.shutdownNow(); // closing it waits for requests that were given up
      }
    }
  }

  /** However long it takes, as long as the server answers another question meanwhile. */
  private String answer(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    String server = request.uri().getAuthority();
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    while (true) {
      try {
        HttpResponse<String> answered = answer.get(patienceSeconds, TimeUnit.SECONDS);
        if (answered.statusCode() != 200) {
          throw new IOException(answered.body().strip());
        }
        return answered.body();
      } catch (ExecutionException e) {
        throw explained(server, e.getCause());
      } catch (TimeoutException e) {
        requireAlive(client, request);
      }
    }
  }

  private IOException explained(String server, Throwable failure) throws IOException {
    if (failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException) {
      return new IOException(
          directory()
              .map(
                  node ->
                      "the cache server of "
                          + node
                          + " does not answer at "
                          + server
                          + "; start it again")
              .orElse(
                  "no cache server answers at "
                      + server
                      + "; give its directory with --node, or its admin endpoint with --admin"),
          failure);
    }
    return new IOException(server + ": " + failure.getMessage(), failure);
  }

  private void requireAlive(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    HttpRequest question =
        HttpRequest.newBuilder(request.uri().resolve("/healthz"))
            .timeout(Duration.ofSeconds(patienceSeconds))
            .build();
    try {
      client.send(question, HttpResponse.BodyHandlers.discarding());
    } catch (HttpTimeoutException e) {
      throw new IOException(
          "the cache server at "
              + request.uri().getAuthority()
              + " has not answered for "
              + 2 * patienceSeconds
              + " s: its process is stopped, or its machine is overloaded",
          e);
    }
  }
}

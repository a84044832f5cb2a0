package io.forebay.kubernetes.fluid;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.config.TextFile;
import io.forebay.metadata.NodeInfo;
import io.forebay.placement.Member;
import io.forebay.server.admin.AdminToken;
import io.forebay.tls.Tls;
import io.forebay.tls.TlsFiles;
import io.forebay.wire.Address;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks the admin endpoints of all workers that the server of this pod knows. */
record AdminEndpoints(NodeInfo server, Duration patience) {

  /** A file with a token that may read; needed where the servers have a key of tokens. */
  private static final String TOKEN_FILE = "FOREBAY_TOKEN_FILE";

  /**
   * What the workers said.
   *
   * @param figures of those that answered
   * @param silent why the others did not, by their names
   */
  record Answers(List<WorkerFigures> figures, Map<String, String> silent) {}

  /** All are asked at once. Those that do not answer within the patience are left out. */
  Answers figures(String dataSet) throws IOException, InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(patience);
    if (server.trust().isPresent()) {
      builder.sslContext(new Tls(new TlsFiles(server.trust().get(), Optional.empty())).context());
    }
    try (HttpClient client = builder.build()) {
      Map<String, CompletableFuture<WorkerFigures>> asked = new LinkedHashMap<>();
      for (Member member : server.view().members()) {
        asked.put(member.name(), ask(client, address(member), dataSet));
      }
      List<WorkerFigures> figures = new ArrayList<>();
      Map<String, String> silent = new LinkedHashMap<>();
      for (Map.Entry<String, CompletableFuture<WorkerFigures>> each : asked.entrySet()) {
        try {
          long left = Math.max(0, until - System.nanoTime());
          figures.add(each.getValue().get(left, TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
          silent.put(each.getKey(), String.valueOf(e.getCause().getMessage()));
        } catch (TimeoutException e) {
          silent.put(each.getKey(), "no answer in " + patience.toSeconds() + " s");
        }
      }
      client.shutdownNow(); // closing it waits for requests that were given up
      return new Answers(figures, silent);
    }
  }

  /** Members of DNS do not say theirs; all workers listen at the same port. */
  private String address(Member member) {
    if (!member.admin().isEmpty()) {
      return member.admin();
    }
    int port = URI.create("http://" + server.admin()).getPort();
    return Address.parse(member.address()) instanceof Address.Tcp tcp
        ? new Address.Tcp(tcp.host(), port).toString()
        : server.admin();
  }

  private CompletableFuture<WorkerFigures> ask(HttpClient client, String address, String dataSet)
      throws IOException {
    CompletableFuture<String> status = send(client, address, "/status");
    CompletableFuture<String> metrics = send(client, address, "/metrics");
    return status.thenCombine(
        metrics,
        (json, counters) -> {
          try {
            return WorkerFigures.of(dataSet, new ObjectMapper().readTree(json), counters);
          } catch (IOException e) {
            throw new IllegalArgumentException(address + " does not answer with JSON", e);
          }
        });
  }

  private CompletableFuture<String> send(HttpClient client, String address, String path)
      throws IOException {
    String scheme = server.trust().isPresent() ? "https://" : "http://";
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(scheme + address + path));
    String tokenFile = System.getenv(TOKEN_FILE);
    if (tokenFile != null) {
      request.header(AdminToken.HEADER, TextFile.read(Path.of(tokenFile)).strip());
    }
    return client
        .sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
        .thenApply(
            answer -> {
              if (answer.statusCode() != 200) {
                throw new IllegalStateException(path + ": " + answer.body().strip());
              }
              return answer.body();
            });
  }
}

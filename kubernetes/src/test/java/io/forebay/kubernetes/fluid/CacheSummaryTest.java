package io.forebay.kubernetes.fluid;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.forebay.metadata.NodeInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The figures that Fluid shows. */
class CacheSummaryTest {

  private static final String METRICS =
      """
      # TYPE forebay_hit_bytes_total counter
      forebay_hit_bytes_total{dataset="demo",tier="0"} 1.0E3
      forebay_hit_bytes_total{dataset="demo",tier="1"} 2000.0
      forebay_hit_bytes_total{dataset="other",tier="0"} 5000.0
      forebay_miss_bytes_total{dataset="demo"} 1000.0
      """;

  private static final String STATUS =
      """
      {"name": "a", "dataSets": [
        {"name": "other", "cached": 7},
        {"name": "demo", "cached": 3221225472, "copied": 1073741824, "ufsTotal": 8589934592,
         "cacheCapacity": 107374182400, "new": true}]}
      """;

  private static String json(List<WorkerFigures> figures) throws IOException {
    return new ObjectMapper().writeValueAsString(CacheSummary.of(figures));
  }

  @Test
  void figuresOfAllWorkersAreOne() throws Exception {
    WorkerFigures one = WorkerFigures.of("demo", new ObjectMapper().readTree(STATUS), METRICS);
    assertThat(one)
        .isEqualTo(new WorkerFigures(3L << 30, 1L << 30, 100L << 30, 8L << 30, 3000, 1000));
    WorkerFigures other = new WorkerFigures(512L << 20, 0, 100L << 30, -1, 0, 4000);
    assertThat(json(List.of(one, other)))
        .isEqualTo(
            "{\"cached\":\"3.50GiB\",\"cachedPercentage\":\"31.3%\","
                + "\"cacheCapacity\":\"200.00GiB\",\"cacheHitRatio\":\"37.5%\"}");
  }

  @Test
  void whatIsNotKnownIsLeftOut() throws Exception {
    WorkerFigures fresh = new WorkerFigures(0, 0, 1 << 20, -1, 0, 0);
    assertThat(json(List.of(fresh)))
        .isEqualTo("{\"cached\":\"0.00B\",\"cacheCapacity\":\"1.00MiB\"}");
    assertThat(WorkerFigures.of("demo", new ObjectMapper().readTree("{}"), ""))
        .isEqualTo(WorkerFigures.NONE);
  }

  @Test
  void workersThatAreAwayOrSilentAreLeftOutInTime() throws Exception {
    InetAddress host = InetAddress.getLoopbackAddress();
    HttpServer up = HttpServer.create(new InetSocketAddress(host, 0), 0);
    answer(up, "/status", STATUS);
    answer(up, "/metrics", METRICS);
    up.start();
    try (ServerSocket silent = new ServerSocket(0, 10, host);
        ServerSocket taken = new ServerSocket(0, 10, host)) {
      int away = taken.getLocalPort();
      taken.close();
      String address = host.getHostAddress() + ":";
      AdminEndpoints endpoints =
          new AdminEndpoints(
              new NodeInfo(
                  "a",
                  "",
                  false,
                  "",
                  address + up.getAddress().getPort(),
                  List.of(
                      "a=127.0.0.1:1 admin=" + address + up.getAddress().getPort(),
                      "b=127.0.0.1:2 admin=" + address + silent.getLocalPort(),
                      "c=127.0.0.1:3 admin=" + address + away),
                  Optional.empty(),
                  List.of(),
                  List.of()),
              Duration.ofSeconds(3));
      AdminEndpoints.Answers answers = endpoints.figures("demo");
      assertThat(answers.figures()).hasSize(1);
      assertThat(answers.silent()).containsOnlyKeys("b", "c");
      assertThat(answers.silent().get("b")).contains("no answer in 3 s");
    } finally {
      up.stop(0);
    }
  }

  private static void answer(HttpServer server, String path, String text) {
    server.createContext(
        path,
        exchange -> {
          byte[] body = text.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }
}

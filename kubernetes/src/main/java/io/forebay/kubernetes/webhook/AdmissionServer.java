package io.forebay.kubernetes.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTPS for the API server: {@code POST /mutate}, and {@code GET /healthz} and {@code /readyz} for
 * the kubelet. Each request has a virtual thread.
 */
final class AdmissionServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AdmissionServer.class);

  /** A review has the object twice at most, and etcd takes 1.5 MiB for one. */
  private static final int MAX_BYTES = 4 << 20;

  private static final int GRACE_SECONDS = 5;

  private final HttpsServer https;
  private final ExecutorService requests =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("forebay-webhook-", 0).factory());

  static {
    // Head and body are two writes; without this the second waits up to 40 ms for the peer's ACK.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private AdmissionServer(HttpsServer https) {
    this.https = https;
  }

  /**
   * @param review gets the body of a request and returns that of the answer
   * @param problem why the server is not ready; empty if it is
   */
  static AdmissionServer start(
      InetSocketAddress address,
      ServingTls tls,
      UnaryOperator<byte[]> review,
      Supplier<Optional<String>> problem)
      throws IOException {
    HttpsServer https;
    try {
      https = HttpsServer.create(address, 0);
    } catch (IOException e) {
      throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
    }
    AdmissionServer server = new AdmissionServer(https);
    https.setHttpsConfigurator(tls.configurator());
    https.setExecutor(server.requests);
    https.createContext("/mutate", exchange -> mutate(exchange, review));
    https.createContext("/healthz", exchange -> report(exchange, Optional.empty()));
    https.createContext("/readyz", exchange -> report(exchange, problem.get()));
    https.start();
    return server;
  }

  private static void mutate(HttpExchange exchange, UnaryOperator<byte[]> review)
      throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("POST")) {
        send(exchange, 405, "text/plain", bytes("use POST"));
        return;
      }
      byte[] body = exchange.getRequestBody().readNBytes(MAX_BYTES + 1);
      if (body.length > MAX_BYTES) {
        send(exchange, 413, "text/plain", bytes("a review has at most " + MAX_BYTES + " bytes"));
        return;
      }
      try {
        send(exchange, 200, "application/json", review.apply(body));
      } catch (IllegalArgumentException e) {
        send(exchange, 400, "text/plain", bytes(e.getMessage()));
      } catch (RuntimeException e) {
        log.warn("a review failed; its pod is admitted as it is", e);
        send(exchange, 500, "text/plain", bytes(e.toString()));
      }
    }
  }

  private static void report(HttpExchange exchange, Optional<String> problem) throws IOException {
    try (exchange) {
      send(exchange, problem.isEmpty() ? 200 : 503, "text/plain", bytes(problem.orElse("ok")));
    }
  }

  private static byte[] bytes(String text) {
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  InetSocketAddress address() {
    return https.getAddress();
  }

  /** Requests that have begun are answered. */
  @Override
  public void close() {
    https.stop(GRACE_SECONDS);
    requests.shutdownNow();
  }
}

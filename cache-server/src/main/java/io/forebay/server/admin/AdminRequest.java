package io.forebay.server.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.forebay.config.Durations;
import io.forebay.file.DataPath;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What came over HTTP.
 *
 * @param parameters of the query
 * @param body as UTF-8
 * @param token that came with it; null for none
 */
record AdminRequest(Map<String, String> parameters, String body, String token) {

  /** A manifest, or a list of files. */
  private static final int MAX_BODY_BYTES = 64 << 20;

  private static final String BEARER = "Bearer ";

  static AdminRequest of(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      throw new IllegalArgumentException("the body is longer than 64 MiB");
    }
    Map<String, String> parameters = new HashMap<>();
    String query = exchange.getRequestURI().getRawQuery();
    for (String part : query == null ? new String[0] : query.split("&", -1)) {
      int equals = part.indexOf('=');
      String key = equals < 0 ? part : part.substring(0, equals);
      String value = equals < 0 ? "" : part.substring(equals + 1);
      parameters.put(
          URLDecoder.decode(key, StandardCharsets.UTF_8),
          URLDecoder.decode(value, StandardCharsets.UTF_8));
    }
    return new AdminRequest(
        parameters, new String(body, StandardCharsets.UTF_8), token(exchange.getRequestHeaders()));
  }

  /** In Forebay's own header, or in the one that Prometheus and others send. */
  private static String token(Headers headers) {
    String own = headers.getFirst(AdminToken.HEADER);
    String common = headers.getFirst("Authorization");
    return own == null && common != null && common.startsWith(BEARER)
        ? common.substring(BEARER.length()).strip()
        : own;
  }

  @Override
  public String toString() {
    return "AdminRequest" + parameters; // the token is nobody's business
  }

  String required(String key) {
    return Optional.ofNullable(parameters.get(key))
        .orElseThrow(() -> new IllegalArgumentException("the parameter '" + key + "' is missing"));
  }

  boolean flag(String key) {
    return Boolean.parseBoolean(parameters.getOrDefault(key, "false"));
  }

  int number(String key, int fallback) {
    String text = parameters.get(key);
    try {
      return text == null ? fallback : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " is '" + text + "'; use a whole number", e);
    }
  }

  String path() {
    return DataPath.normalize(parameters.getOrDefault("path", ""));
  }

  Optional<Duration> duration(String key) {
    return Optional.ofNullable(parameters.get(key)).map(Durations::parse);
  }
}

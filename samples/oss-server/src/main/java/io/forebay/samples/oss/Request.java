package io.forebay.samples.oss;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A request taken apart.
 *
 * @param bucket empty where the path is {@code /}
 * @param key decoded; empty for a request on the bucket
 * @param query decoded parameters; one without a value maps to the empty string
 */
record Request(
    String method,
    String bucket,
    String key,
    Map<String, String> query,
    HttpHeaders headers,
    byte[] content) {

  static Request of(FullHttpRequest http) {
    String uri = http.uri();
    int mark = uri.indexOf('?');
    String path = mark < 0 ? uri : uri.substring(0, mark);
    String decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    int slash = decoded.indexOf('/', 1);
    String bucket = slash < 0 ? decoded.substring(1) : decoded.substring(1, slash);
    String key = slash < 0 ? "" : decoded.substring(slash + 1);
    byte[] content = new byte[http.content().readableBytes()];
    http.content().getBytes(http.content().readerIndex(), content);
    return new Request(
        http.method().name(),
        bucket,
        key,
        query(mark < 0 ? "" : uri.substring(mark + 1)),
        http.headers(),
        content);
  }

  private static Map<String, String> query(String text) {
    Map<String, String> parameters = new TreeMap<>();
    for (String pair : text.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equal = pair.indexOf('=');
        String name = equal < 0 ? pair : pair.substring(0, equal);
        String value = equal < 0 ? "" : pair.substring(equal + 1);
        parameters.put(
            URLDecoder.decode(name, StandardCharsets.UTF_8),
            URLDecoder.decode(value, StandardCharsets.UTF_8));
      }
    }
    return parameters;
  }

  /** {@code /bucket/key}. */
  String path() {
    return "/" + bucket + "/" + key;
  }

  String header(String name) {
    String value = headers.get(name);
    return value == null ? "" : value.strip();
  }

  boolean asks(String parameter) {
    return query.containsKey(parameter);
  }

  /** The kind of request, for counting. */
  String operation() {
    if (asks("uploads") || asks("uploadId")) {
      return "MULTIPART";
    }
    return method.equals("GET") && key.isEmpty() ? "LIST" : method;
  }
}

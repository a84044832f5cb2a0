package io.forebay.understore.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * A small web server that lists directories as nginx does, and answers some paths as it is told.
 */
final class WebServer implements AutoCloseable {

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

  /** An answer to any request of a path. */
  record Page(int status, Map<String, String> headers, String body) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Path directory;
  private final Map<String, Page> pages = new ConcurrentHashMap<>();
  private final AtomicInteger heads = new AtomicInteger();

  WebServer(Path directory) throws IOException {
    this.directory = directory;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers a path with something else than is there. */
  void answer(String path, Page page) {
    pages.put(path, page);
  }

  /** HEAD requests so far. */
  int heads() {
    return heads.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestMethod().equals("HEAD")) {
        heads.incrementAndGet();
      }
      String path = exchange.getRequestURI().getPath();
      Page page = pages.get(path);
      Path file = directory.resolve("." + path);
      if (page != null) {
        page.headers.forEach(exchange.getResponseHeaders()::set);
        send(exchange, page.status, page.body.getBytes(StandardCharsets.UTF_8));
      } else if (!Files.exists(file)) {
        send(exchange, 404, new byte[0]);
      } else if (Files.isDirectory(file) && !path.endsWith("/")) {
        exchange.getResponseHeaders().set("Location", exchange.getRequestURI().getRawPath() + "/");
        send(exchange, 301, new byte[0]);
      } else if (Files.isDirectory(file)) {
        send(exchange, 200, index(path, file).getBytes(StandardCharsets.UTF_8));
      } else if (path.endsWith("/")) {
        send(exchange, 404, new byte[0]);
      } else {
        sendFile(exchange, file);
      }
    }
  }

  private static String index(String path, Path directory) throws IOException {
    StringBuilder page = new StringBuilder("<html>\n<head><title>Index of ");
    page.append(path).append("</title></head>\n<body>\n<pre><a href=\"../\">../</a>\n");
    List<Path> children;
    try (Stream<Path> files = Files.list(directory)) {
      children = files.filter(f -> !f.getFileName().toString().startsWith(".")).sorted().toList();
    }
    for (Path child : children) {
      String name = URLEncoder.encode(child.getFileName().toString(), StandardCharsets.UTF_8);
      String href = name.replace("+", "%20") + (Files.isDirectory(child) ? "/" : "");
      page.append("<a href=\"" + href + "\">" + href + "</a>  30-Nov-2026 08:00  -\n");
    }
    return page.append("</pre></body>\n</html>\n").toString();
  }

  private static void sendFile(HttpExchange exchange, Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    CRC32 crc = new CRC32();
    crc.update(content);
    String tag = "\"%08x-%x\"".formatted(crc.getValue(), content.length);
    Instant modified = Files.getLastModifiedTime(file).toInstant();
    Headers headers = exchange.getResponseHeaders();
    headers.set("ETag", tag);
    headers.set(
        "Last-Modified",
        DateTimeFormatter.RFC_1123_DATE_TIME.format(modified.atOffset(ZoneOffset.UTC)));
    String wanted = exchange.getRequestHeaders().getFirst("If-Match");
    Matcher range = RANGE.matcher(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
    if (wanted != null && !wanted.equals(tag)) {
      send(exchange, 412, new byte[0]);
    } else if (!range.matches()) {
      send(exchange, 200, content);
    } else if (Integer.parseInt(range.group(1)) >= content.length) {
      send(exchange, 416, new byte[0]);
    } else {
      int first = Integer.parseInt(range.group(1));
      int end = Math.min(content.length, Integer.parseInt(range.group(2)) + 1);
      headers.set("Content-Range", "bytes " + first + "-" + (end - 1) + "/" + content.length);
      send(exchange, 206, Arrays.copyOfRange(content, first, end));
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }
}

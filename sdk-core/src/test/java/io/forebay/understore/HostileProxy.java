package io.forebay.understore;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** An HTTP proxy before a store. It passes on what it hears, or something wrong. Thread-safe. */
public final class HostileProxy implements AutoCloseable {

  /** A request, as it reaches the store if nothing is done to it. */
  public record Request(String method, String target, Map<String, String> headers, byte[] body) {

    /** For something else. */
    public Request withTarget(String other) {
      return new Request(method, other, headers, body);
    }

    /** Without one of its headers, as a proxy forwards it that does not know the header. */
    public Request without(String header) {
      Map<String, String> others = copy(headers);
      others.remove(header);
      return new Request(method, target, others, body);
    }
  }

  /** An answer; {@code Content-Length} is what its headers say, whatever the body is. */
  public record Reply(String status, Map<String, String> headers, byte[] body, boolean closes) {

    public Reply withStatus(String other) {
      return new Reply(other, headers, body, closes);
    }

    public Reply with(String header, String value) {
      Map<String, String> more = copy(headers);
      more.put(header, value);
      return new Reply(status, more, body, closes);
    }

    public Reply without(String header) {
      Map<String, String> others = copy(headers);
      others.remove(header);
      return new Reply(status, others, body, closes);
    }

    /** With another body; the headers stay as they are. */
    public Reply withBody(byte[] other) {
      return new Reply(status, headers, other, closes);
    }

    /** With another body, and its length. */
    public Reply withWhole(byte[] other) {
      return withBody(other).with("Content-Length", Integer.toString(other.length));
    }

    /** With another document. */
    public Reply withText(String other) {
      return withWhole(other.getBytes(StandardCharsets.UTF_8));
    }

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** After which the connection ends. */
    public Reply thenClose() {
      return new Reply(status, headers, body, true);
    }

    /** As it goes over the wire. */
    public byte[] bytes() {
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\r\n");
      headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
      all.writeBytes(body);
      return all.toByteArray();
    }
  }

  /** What the proxy makes of requests and answers. */
  public interface Distortion {

    default Request request(Request request) {
      return request;
    }

    default Reply reply(Request request, Reply reply) {
      return reply;
    }
  }

  private static final Distortion NONE = new Distortion() {};

  private final int store;
  private final ServerSocket listener;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Distortion> distortion = new AtomicReference<>(NONE);
  private final AtomicInteger left = new AtomicInteger();

  /**
   * @param store its endpoint
   */
  public HostileProxy(String store) throws IOException {
    this.store = URI.create(store).getPort();
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  public String endpoint() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** Distorts the next so many requests. */
  public void distort(int requests, Distortion how) {
    left.set(requests);
    distortion.set(how);
  }

  /** Distorts all requests from now on. */
  public void distort(Distortion how) {
    distort(Integer.MAX_VALUE, how);
  }

  /** Only passes on. */
  public void behave() {
    distort(0, NONE);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket each : connections) {
      each.close();
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "hostile-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        connections.add(client);
        start(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      boolean goesOn = true;
      while (goesOn) {
        Head head = Head.read(in);
        String[] line = head.line.split(" ", 3);
        Request request =
            new Request(line[0], line[1], head.headers, in.readNBytes(head.length(0)));
        Distortion how = left.getAndUpdate(n -> Math.max(0, n - 1)) > 0 ? distortion.get() : NONE;
        Reply reply = how.reply(request, forward(how.request(request)));
        client.getOutputStream().write(reply.bytes());
        goesOn = !reply.closes;
      }
    } catch (IOException e) {
      // The client or the proxy is done.
    } finally {
      connections.remove(client);
    }
  }

  private Reply forward(Request request) throws IOException {
    try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), store)) {
      Map<String, String> headers = copy(request.headers);
      headers.put("Connection", "close");
      StringBuilder head =
          new StringBuilder(request.method + " " + request.target + " HTTP/1.1\r\n");
      headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
      upstream
          .getOutputStream()
          .write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
      upstream.getOutputStream().write(request.body);
      InputStream in = new BufferedInputStream(upstream.getInputStream());
      Head answer = Head.read(in);
      byte[] body = new byte[0];
      if (!request.method.equals("HEAD")) {
        body = answer.isChunked() ? chunks(in) : in.readNBytes(answer.length(Integer.MAX_VALUE));
      }
      Reply reply =
          new Reply(answer.line.substring("HTTP/1.1 ".length()), answer.headers, body, false);
      reply = reply.without("Connection").without("Transfer-Encoding");
      return request.method.equals("HEAD")
          ? reply
          : reply.with("Content-Length", Integer.toString(body.length));
    }
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      int length = Integer.parseInt(line(in).split(";", 2)[0].strip(), 16);
      all.writeBytes(in.readNBytes(length));
      line(in);
      if (length == 0) {
        return all.toByteArray();
      }
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException();
      }
      if (c != '\r') {
        text.append((char) c);
      }
    }
    return text.toString();
  }

  private static Map<String, String> copy(Map<String, String> headers) {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(headers);
    return all;
  }

  /** The first line of a message, and its headers. */
  private record Head(String line, Map<String, String> headers) {

    static Head read(InputStream in) throws IOException {
      String first = HostileProxy.line(in);
      Map<String, String> headers = copy(Map.of());
      for (String next = HostileProxy.line(in); !next.isEmpty(); next = HostileProxy.line(in)) {
        int colon = next.indexOf(':');
        headers.put(next.substring(0, colon), next.substring(colon + 1).strip());
      }
      return new Head(first, headers);
    }

    int length(int otherwise) {
      String length = headers.get("Content-Length");
      return length == null ? otherwise : Integer.parseInt(length);
    }

    boolean isChunked() {
      return "chunked".equalsIgnoreCase(headers.get("Transfer-Encoding"));
    }
  }
}

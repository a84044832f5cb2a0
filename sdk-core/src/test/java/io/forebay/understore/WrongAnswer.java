package io.forebay.understore;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.forebay.understore.HostileProxy.Distortion;
import io.forebay.understore.HostileProxy.Reply;
import io.forebay.understore.HostileProxy.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * What stores, proxies and portals answer a GET of a range with, where something is wrong.
 *
 * @param name for reports
 * @param asked what reaches the store of the request
 * @param answered what becomes of the store's answer
 */
record WrongAnswer(String name, UnaryOperator<Request> asked, UnaryOperator<Reply> answered)
    implements Distortion {

  private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");

  private static WrongAnswer of(String name, UnaryOperator<Reply> answered) {
    return new WrongAnswer(name, UnaryOperator.identity(), answered);
  }

  /** All of them; some remember what they answered before. */
  static Stream<WrongAnswer> all() {
    AtomicReference<Reply> before = new AtomicReference<>();
    return Stream.of(
        new WrongAnswer(
            "the whole object", request -> request.without("Range"), UnaryOperator.identity()),
        new WrongAnswer(
            "the whole object without its length",
            request -> request.without("Range"),
            reply -> reply.without("Content-Length").thenClose()),
        of(
            "another range",
            reply ->
                reply
                    .with("Content-Range", next(reply.headers().getOrDefault("Content-Range", "")))
                    .withBody(shifted(reply.body()))),
        of(
            "a range that is not named",
            reply -> reply.without("Content-Range").withBody(shifted(reply.body()))),
        of(
            "several ranges",
            reply ->
                reply
                    .without("Content-Range")
                    .with("Content-Type", "multipart/byteranges; boundary=x")
                    .withText("--x\r\nContent-Range: bytes 0-1/2\r\n\r\nab\r\n--x--\r\n")),
        of("fewer bytes than the range", reply -> reply.withWhole(half(reply.body()))),
        of("fewer bytes than its length", reply -> reply.withBody(half(reply.body())).thenClose()),
        of("a length that is too great", reply -> reply.withWhole(longer(reply.body()))),
        of("bytes behind the end", reply -> reply.withBody(longer(reply.body()))),
        of(
            "another answer behind the end",
            reply -> {
              ByteArrayOutputStream both = new ByteArrayOutputStream();
              both.writeBytes(reply.body());
              both.writeBytes(reply.withBody(shifted(reply.body())).bytes());
              return reply.withBody(both.toByteArray());
            }),
        of(
            "the answer before",
            reply -> {
              Reply former = before.getAndSet(reply);
              return former == null ? reply : former;
            }),
        of("another total", reply -> reply.with("Content-Range", "bytes 0-999/123456789")),
        of("another tag", reply -> reply.with("ETag", "\"00000000000000000000000000000000\"")),
        of("no tag", reply -> reply.without("ETag")),
        of(
            "no headers",
            reply ->
                reply
                    .without("ETag")
                    .without("Last-Modified")
                    .without("Content-Length")
                    .without("Content-Range")
                    .thenClose()),
        of(
            "headers that cannot be read",
            reply -> reply.with("Last-Modified", "yesterday").with("Content-Range", "bytes */*")),
        of(
            "gzip with a weak tag",
            reply ->
                reply
                    .withStatus("200 OK")
                    .without("Content-Range")
                    .with("Content-Encoding", "gzip")
                    .with("ETag", "W/" + reply.headers().get("ETag"))
                    .withWhole(gzip(reply.body()))),
        of(
            "gzip with the tag",
            reply -> reply.with("Content-Encoding", "gzip").withWhole(gzip(reply.body()))),
        of(
            "chunks that end early",
            reply -> {
              byte[] half = half(reply.body());
              ByteArrayOutputStream chunk = new ByteArrayOutputStream();
              chunk.writeBytes((Integer.toHexString(half.length) + "\r\n").getBytes(US_ASCII));
              chunk.writeBytes(half);
              chunk.writeBytes("\r\n".getBytes(US_ASCII));
              return reply
                  .without("Content-Length")
                  .with("Transfer-Encoding", "chunked")
                  .withBody(chunk.toByteArray())
                  .thenClose();
            }),
        of(
            "a page of a portal",
            reply ->
                page(reply.withStatus("200 OK").without("Content-Range")).without("Last-Modified")),
        of("a page with status 206", WrongAnswer::page),
        of(
            "a way elsewhere",
            reply ->
                page(reply.withStatus("302 Found")).with("Location", "http://127.0.0.1:1/portal")),
        of(
            "nothing",
            reply -> reply.withStatus("200 OK").without("Content-Range").withWhole(new byte[0])),
        of("no content", reply -> reply.withStatus("204 No Content").withWhole(new byte[0])));
  }

  @Override
  public Request request(Request request) {
    return asked.apply(request);
  }

  @Override
  public Reply reply(Request request, Reply reply) {
    return answered.apply(reply);
  }

  @Override
  public String toString() {
    return name;
  }

  private static Reply page(Reply reply) {
    return reply
        .without("ETag")
        .with("Content-Type", "text/html")
        .withText("<html><body>Please <b>log in</b>.</body></html>");
  }

  /** A range that begins a byte later. */
  private static String next(String range) {
    Matcher parts = RANGE.matcher(range);
    return parts.matches()
        ? "bytes "
            + (Long.parseLong(parts.group(1)) + 1)
            + "-"
            + (Long.parseLong(parts.group(2)) + 1)
            + "/"
            + parts.group(3)
        : range;
  }

  /** By empty lines: a client that takes them for an answer's begin need not wait for their end. */
  private static byte[] longer(byte[] body) {
    byte[] longer = Arrays.copyOf(body, body.length + 10);
    Arrays.fill(longer, body.length, longer.length, (byte) '\n');
    return longer;
  }

  private static byte[] shifted(byte[] body) {
    byte[] other = new byte[body.length];
    System.arraycopy(body, 0, other, 1, body.length - 1);
    return other;
  }

  private static byte[] half(byte[] body) {
    return Arrays.copyOf(body, body.length / 2);
  }

  private static byte[] gzip(byte[] body) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}

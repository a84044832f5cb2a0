package io.forebay.samples.oss;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection: checks, answers, and sends the answer as the shape and the faults want it. */
final class OssHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

  private static final Logger log = LoggerFactory.getLogger(OssHandler.class);

  /** Small, so that the first byte is not late. */
  private static final int FIRST_PIECE = 64 << 10;

  /**
   * A loop that has something to send within half a millisecond looks at the clock until then: with
   * pieces of the first one's size a large object keeps a processor busy that way, and its client
   * shares it.
   */
  private static final int PIECE = 256 << 10;

  private final Api api;
  private final Signatures signatures;
  private final Faults faults;
  private final Traffic traffic;
  private final Shape shape;
  private final Pacer total;
  private final Pacer connection;

  OssHandler(
      Api api, Signatures signatures, Faults faults, Traffic traffic, Shape shape, Pacer total) {
    this.api = api;
    this.signatures = signatures;
    this.faults = faults;
    this.traffic = traffic;
    this.shape = shape;
    this.total = total;
    this.connection = new Pacer(shape.bytesPerSecondPerConnection());
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest http) {
    Request request = Request.of(http);
    traffic.request(request.operation(), request.path());
    Optional<Fault> fault = faults.draw(request.path());
    if (fault.isPresent() && fault.get() == Fault.HANG) {
      faults.hang(
          () -> context.executor().execute(() -> serve(context, request, Optional.empty())));
    } else {
      serve(context, request, fault);
    }
  }

  private void serve(ChannelHandlerContext context, Request request, Optional<Fault> fault) {
    if (fault.isPresent() && fault.get() == Fault.RESET) {
      // Linger 0 makes the kernel send RST instead of FIN.
      context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
      traffic.answered();
      context.close();
      return;
    }
    Answer answer = answer(request, fault.orElse(null));
    Runnable send =
        () -> send(context.channel(), request, answer, fault.orElse(null) == Fault.TRUNCATE);
    if (shape.firstByte().isZero()) {
      send.run();
    } else {
      context.executor().schedule(send, shape.firstByte().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private Answer answer(Request request, Fault fault) {
    try {
      if (fault == Fault.THROTTLE) {
        throw new OssError(503, "SlowDown", "Please reduce your request rate.");
      }
      if (fault == Fault.INTERNAL_ERROR) {
        throw new OssError(500, "InternalError", "An internal error occurred.");
      }
      if (fault == Fault.DENY) {
        throw new OssError(403, "AccessDenied", "You have no right to access this object.");
      }
      if (fault == Fault.EXPIRE_TOKEN) {
        throw new OssError(403, "SecurityTokenExpired", "The security token has expired.");
      }
      if (fault == Fault.SKEW_CLOCK) {
        throw new OssError(403, "RequestTimeTooSkewed", "The clocks differ by over 15 minutes.");
      }
      signatures.check(request);
      return api.answer(request);
    } catch (OssError e) {
      return failure(request, e);
    } catch (IOException | RuntimeException e) {
      log.warn("{} {} failed", request.method(), request.path(), e);
      return failure(request, new OssError(500, "InternalError", String.valueOf(e.getMessage())));
    }
  }

  private static Answer failure(Request request, OssError error) {
    byte[] xml =
        error
            .xml(UUID.randomUUID().toString().toUpperCase(Locale.ROOT), request.header("Host"))
            .getBytes(StandardCharsets.UTF_8);
    Map<String, String> headers = new HashMap<>(Map.of("Content-Type", "application/xml"));
    if (request.method().equals("HEAD")) {
      // An answer to HEAD has no body; OSS puts the document into a header.
      headers.put("x-oss-err", Base64.getEncoder().encodeToString(xml));
    }
    return new Answer(error.status(), headers, new Api.Text(xml));
  }

  private void send(Channel channel, Request request, Answer answer, boolean truncate) {
    boolean head = request.method().equals("HEAD") || answer.status() == 304;
    var response =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()));
    answer.headers().forEach((name, value) -> response.headers().set(name, value));
    response
        .headers()
        .set(HttpHeaderNames.SERVER, "AliyunOSS")
        .set(HttpHeaderNames.DATE, Api.httpDate(System.currentTimeMillis()))
        .set("x-oss-request-id", UUID.randomUUID().toString().toUpperCase(Locale.ROOT))
        .set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length());
    channel.write(response);
    long end = truncate ? answer.body().length() / 2 : answer.body().length();
    sendPieces(channel, answer.body(), head ? 0 : end, 0, truncate && !head);
  }

  private void sendPieces(
      Channel channel, Answer.Body body, long end, long offset, boolean truncated) {
    if (offset == end) {
      if (end == 0) {
        traffic.answered();
      }
      var last = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
      if (truncated) {
        last.addListener(ChannelFutureListener.CLOSE);
      }
      return;
    }
    int length = (int) Math.min(offset == 0 ? FIRST_PIECE : PIECE, end - offset);
    long wait = 0;
    if (body instanceof Api.ObjectRange) {
      wait = Math.max(total.book(length), connection.book(length));
      traffic.sent(length);
    }
    Runnable piece =
        () -> {
          if (offset + length == end) {
            // Before the client can have all of it, and ask for something else.
            traffic.answered();
          }
          channel
              .writeAndFlush(body.piece(offset, length))
              .addListener(
                  sent -> {
                    if (sent.isSuccess()) {
                      sendPieces(channel, body, end, offset + length, truncated);
                    } else {
                      log.debug("an object's bytes cannot be sent", sent.cause());
                      channel.close();
                    }
                  });
        };
    if (wait > 0) {
      channel.eventLoop().schedule(piece, wait, TimeUnit.NANOSECONDS);
    } else {
      piece.run();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A client that went away; what it asked for was counted already.
    log.debug("connection {} failed", context.channel().remoteAddress(), cause);
    context.close();
  }
}

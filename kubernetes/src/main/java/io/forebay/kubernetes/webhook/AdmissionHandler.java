package io.forebay.kubernetes.webhook;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests of one connection, each answered at once. */
final class AdmissionHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

  private static final Logger log = LoggerFactory.getLogger(AdmissionHandler.class);

  private final UnaryOperator<byte[]> review;
  private final Supplier<Optional<String>> problem;
  private final BooleanSupplier isDraining;

  AdmissionHandler(
      UnaryOperator<byte[]> review,
      Supplier<Optional<String>> problem,
      BooleanSupplier isDraining) {
    this.review = review;
    this.problem = problem;
    this.isDraining = isDraining;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    FullHttpResponse response = answer(request);
    HttpUtil.setContentLength(response, response.content().readableBytes());
    HttpUtil.setKeepAlive(response, HttpUtil.isKeepAlive(request) && !isDraining.getAsBoolean());
    context.writeAndFlush(response);
  }

  private FullHttpResponse answer(FullHttpRequest request) {
    String path = request.uri().replaceFirst("\\?.*", "");
    HttpMethod method = path.equals("/mutate") ? HttpMethod.POST : HttpMethod.GET;
    return switch (path) {
      case "/mutate", "/healthz", "/readyz" ->
          request.method().equals(method)
              ? served(path, request)
              : text(HttpResponseStatus.METHOD_NOT_ALLOWED, "use " + method);
      default -> text(HttpResponseStatus.NOT_FOUND, "no such path");
    };
  }

  private FullHttpResponse served(String path, FullHttpRequest request) {
    return switch (path) {
      case "/mutate" -> mutated(ByteBufUtil.getBytes(request.content()));
      case "/readyz" ->
          problem
              .get()
              .map(reason -> text(HttpResponseStatus.SERVICE_UNAVAILABLE, reason))
              .orElseGet(() -> text(HttpResponseStatus.OK, "ok"));
      default -> text(HttpResponseStatus.OK, "ok");
    };
  }

  private FullHttpResponse mutated(byte[] body) {
    try {
      return response(HttpResponseStatus.OK, "application/json", review.apply(body));
    } catch (IllegalArgumentException e) {
      return text(HttpResponseStatus.BAD_REQUEST, e.getMessage());
    } catch (RuntimeException e) {
      log.warn("a review failed; its pod is admitted as it is", e);
      return text(HttpResponseStatus.INTERNAL_SERVER_ERROR, e.toString());
    }
  }

  private static FullHttpResponse text(HttpResponseStatus status, String text) {
    return response(status, "text/plain", (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static FullHttpResponse response(HttpResponseStatus status, String type, byte[] body) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
    return response;
  }

  /** A connection that broke, or that is no TLS, concerns only its client. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    log.debug("connection of {} failed", context.channel().remoteAddress(), cause);
    context.close();
  }
}

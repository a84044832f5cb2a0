package io.forebay.kubernetes.webhook;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * HTTPS for the API server: {@code POST /mutate}, and {@code GET /healthz} and {@code /readyz} for
 * the kubelet. Not the JDK's server, which asks DNS for the name of each client before it speaks
 * TLS: without an answer from DNS the API server would not get one from here.
 */
final class AdmissionServer implements AutoCloseable {

  /** A review has the object twice at most, and etcd takes 1.5 MiB for one. */
  private static final int MAX_BYTES = 4 << 20;

  /** API servers close connections that they do not use sooner, after 90 s. */
  private static final int IDLE_SECONDS = 300;

  /** Connections that are in use get an answer that is their last. */
  private static final int DRAIN_SECONDS = 1;

  private static final int STOP_SECONDS = 5;

  private final EventLoopGroup group;
  private final AtomicBoolean draining = new AtomicBoolean();
  private final Channel listener;

  private AdmissionServer(
      InetSocketAddress address,
      ServingTls tls,
      UnaryOperator<byte[]> review,
      Supplier<Optional<String>> problem)
      throws IOException {
    group = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(new SslHandler(tls.engine()))
                        .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpServerKeepAliveHandler())
                        .addLast(new HttpObjectAggregator(MAX_BYTES))
                        .addLast(new AdmissionHandler(review, problem, draining::get));
                  }
                });
    try {
      listener = bootstrap.bind(address).syncUninterruptibly().channel();
    } catch (RuntimeException e) {
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
    }
  }

  /**
   * @param review gets the body of a request and returns that of the answer, from memory
   * @param problem why the server is not ready; empty if it is
   */
  static AdmissionServer start(
      InetSocketAddress address,
      ServingTls tls,
      UnaryOperator<byte[]> review,
      Supplier<Optional<String>> problem)
      throws IOException {
    return new AdmissionServer(address, tls, review, problem);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Requests that have begun are answered. */
  @Override
  public void close() {
    draining.set(true);
    listener.close().syncUninterruptibly();
    try {
      TimeUnit.SECONDS.sleep(DRAIN_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
  }
}

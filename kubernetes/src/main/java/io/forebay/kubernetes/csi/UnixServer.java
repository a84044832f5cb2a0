package io.forebay.kubernetes.csi;

import io.forebay.background.DaemonThreads;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** gRPC at a Unix socket. */
final class UnixServer implements AutoCloseable {

  private static final int GRACE_SECONDS = 10;

  private final Path socket;
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          1, DaemonThreads.named("forebay-csi-io"), EpollIoHandler.newFactory());

  /** Platform threads, because system calls that mount would hold a virtual one's carrier. */
  private final ExecutorService calls =
      Executors.newCachedThreadPool(DaemonThreads.named("forebay-csi"));

  private final Server server;

  private UnixServer(Path socket, List<BindableService> services) throws IOException {
    this.socket = socket;
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toString()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .withChildOption(ChannelOption.SO_KEEPALIVE, null) // of TCP
            .executor(calls);
    services.forEach(builder::addService);
    this.server = builder.build();
  }

  /**
   * Listens, in place of a driver that has ended and has left its socket.
   *
   * @throws IOException if it cannot be made
   */
  static UnixServer start(Path socket, BindableService... services) throws IOException {
    Files.createDirectories(socket.toAbsolutePath().getParent());
    Files.deleteIfExists(socket);
    UnixServer server = new UnixServer(socket, List.of(services));
    try {
      server.server.start();
    } catch (IOException e) {
      server.close();
      throw new IOException("cannot listen at " + socket + ": " + e.getMessage(), e);
    }
    return server;
  }

  /** Lets calls end. */
  @Override
  public void close() throws IOException {
    server.shutdown();
    try {
      if (!server.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    calls.shutdownNow();
    loops.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS);
    Files.deleteIfExists(socket);
  }
}

package io.forebay.samples.oss;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A running server, by default on the loopback interface. Thread-safe. */
public final class OssServer implements AutoCloseable {

  /** The largest request body: a PUT or a part of a multipart upload. */
  private static final int MAX_BODY = 256 << 20;

  private final EventLoopGroup group;
  private final Channel channel;
  private final Map<String, Bucket> buckets;
  private final Faults faults = new Faults();
  private final Traffic traffic = new Traffic();
  private final Signatures signatures;

  private OssServer(Builder builder) throws IOException {
    buckets = new HashMap<>();
    for (Map.Entry<String, Path> bucket : builder.buckets.entrySet()) {
      buckets.put(bucket.getKey(), new Bucket(bucket.getValue()));
    }
    Api api = new Api(buckets);
    signatures = new Signatures(builder.secretsById);
    Shape shape = builder.shape;
    Pacer total = new Pacer(shape.bytesPerSecondInTotal());
    group =
        new MultiThreadIoEventLoopGroup(
            2, new DefaultThreadFactory("oss-server", true), NioIoHandler.newFactory());
    try {
      channel =
          new ServerBootstrap()
              .group(group)
              .channel(NioServerSocketChannel.class)
              .option(ChannelOption.SO_BACKLOG, 1024)
              .childOption(ChannelOption.TCP_NODELAY, true)
              .childHandler(
                  new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                      connection
                          .pipeline()
                          .addLast(
                              new HttpServerCodec(),
                              new HttpObjectAggregator(MAX_BODY),
                              new OssHandler(api, signatures, faults, traffic, shape, total));
                    }
                  })
              .bind(builder.host, builder.port)
              .syncUninterruptibly()
              .channel();
    } catch (RuntimeException e) {
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new IOException(
          "cannot listen on " + builder.host + ":" + builder.port + ": " + e.getMessage(), e);
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** What clients call {@code fs.oss.endpoint}. */
  public String endpoint() {
    InetSocketAddress address = (InetSocketAddress) channel.localAddress();
    return "http://" + address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  public Faults faults() {
    return faults;
  }

  public Traffic traffic() {
    return traffic;
  }

  /** Puts an object without a request, neither shaped nor counted. */
  public void put(String bucket, String key, byte[] content) throws IOException {
    buckets.get(bucket).put(key, content);
  }

  /** Deletes an object without a request. */
  public void delete(String bucket, String key) throws IOException {
    buckets.get(bucket).delete(key);
  }

  /** Exchanges all keys for another one, as an account does whose keys rotate. */
  public void rotateKey(String id, String secret) {
    signatures.rotate(id, secret);
  }

  /** As a writer does that is killed then. */
  public void beginUpload(String bucket, String key) {
    buckets.get(bucket).startUpload(key);
  }

  /** Multipart uploads of a bucket that were neither completed nor aborted. */
  public int openUploads(String bucket) {
    return buckets.get(bucket).openUploads();
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** Settings of a server. */
  public static final class Builder {

    private final Map<String, Path> buckets = new LinkedHashMap<>();
    private final Map<String, String> secretsById = new HashMap<>();
    private Shape shape = Shape.UNSHAPED;
    private String host = InetAddress.getLoopbackAddress().getHostAddress();
    private int port;

    private Builder() {}

    /** A bucket whose objects live in memory. */
    public Builder bucket(String name) {
      buckets.put(name, null);
      return this;
    }

    /** A bucket whose objects are the files of a directory. */
    public Builder bucket(String name, Path directory) {
      buckets.put(name, directory);
      return this;
    }

    /** A key pair that may do everything. */
    public Builder key(String id, String secret) {
      secretsById.put(id, secret);
      return this;
    }

    public Builder shape(Shape shape) {
      this.shape = shape;
      return this;
    }

    /** The address to listen on; the loopback interface's by default. */
    public Builder host(String host) {
      this.host = host;
      return this;
    }

    /** The port to listen on; a free one by default. */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    public OssServer start() throws IOException {
      return new OssServer(this);
    }
  }
}

package io.forebay.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/** Where a server listens: {@code unix:/path/to/socket} or {@code host:port}. */
public sealed interface Address {

  /** On this node. */
  record Unix(Path path) implements Address {
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /** On any node. */
  record Tcp(String host, int port) implements Address {
    @Override
    public String toString() {
      boolean bare = host.contains(":") && !host.startsWith("["); // of IPv6
      return (bare ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * @throws IllegalArgumentException for text that is neither form
   */
  static Address parse(String text) {
    if (text.startsWith("unix:") && text.length() > "unix:".length()) {
      return new Unix(Path.of(text.substring("unix:".length())));
    }
    int colon = text.lastIndexOf(':');
    if (colon > 0) {
      try {
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port >= 0 && port <= 65535) {
          return new Tcp(text.substring(0, colon), port);
        }
      } catch (NumberFormatException e) {
        // Reported below.
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a server address; use host:port or unix:/path/to/socket");
  }

  /** Opens a blocking connection. */
  default SocketChannel connect(Duration timeout) throws IOException {
    if (this instanceof Unix unix) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      return connected(channel, () -> channel.connect(UnixDomainSocketAddress.of(unix.path())));
    }
    Tcp tcp = (Tcp) this;
    SocketAddress target = new InetSocketAddress(tcp.host(), tcp.port());
    SocketChannel channel = SocketChannel.open();
    return connected(
        channel,
        () -> {
          channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
          channel.socket().connect(target, Math.toIntExact(timeout.toMillis()));
        });
  }

  private static SocketChannel connected(SocketChannel channel, Connecting connecting)
      throws IOException {
    try {
      connecting.run();
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e instanceof IOException io ? io : new IOException(e.getMessage(), e);
    }
  }

  /** A step that may fail. */
  interface Connecting {
    void run() throws IOException;
  }
}

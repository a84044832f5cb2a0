package io.forebay.server;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Tells which connections share one turn, because they are of one client. */
final class Clients {

  private record LocalProcess(int pid) {}

  private Clients() {}

  /** A process on this node, or another node. */
  static Object of(Channel connection) {
    if (connection.remoteAddress() instanceof InetSocketAddress remote) {
      return remote.getAddress();
    }
    if (connection instanceof EpollDomainSocketChannel local) {
      try {
        PeerCredentials peer = local.peerCredentials();
        return new LocalProcess(peer.pid());
      } catch (IOException e) {
        return connection.id(); // it has just been closed
      }
    }
    return connection.id();
  }
}

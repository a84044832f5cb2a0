package io.forebay.server;

import io.forebay.limit.Descriptors;
import io.netty.channel.Channel;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves clients waiting at the door while there are too many, so that those that are in find
 * descriptors for what they ask. Clients that wait too long go around the server. Thread-safe.
 */
final class ConnectionLimit {

  private static final Logger log = LoggerFactory.getLogger(ConnectionLimit.class);

  private final int most = Descriptors.forConnections(Integer.MAX_VALUE);
  private final Set<Channel> paused = new HashSet<>();
  private int open;

  /** A connection was accepted. */
  synchronized void accepted(Channel connection) {
    open++;
    if (open >= most && paused.add(connection.parent())) {
      log.warn(
          "accepting no more connections: {} are open, the most that the limit of open"
              + " files allows",
          most);
      connection.parent().config().setAutoRead(false);
    }
    connection.closeFuture().addListener(closed -> left());
  }

  /** Connections at present. */
  synchronized int open() {
    return open;
  }

  int most() {
    return most;
  }

  private synchronized void left() {
    open--;
    if (open < most) {
      paused.forEach(listening -> listening.config().setAutoRead(true));
      paused.clear();
    }
  }
}

package io.forebay.server;

import io.forebay.limit.Descriptors;
import io.netty.channel.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves clients waiting at the door while there are too many, so that those that are in find
 * descriptors for what they ask. Clients that wait too long go around the server. Thread-safe.
 */
final class ConnectionLimit {

  private static final Logger log = LoggerFactory.getLogger(ConnectionLimit.class);

  private final int most = Descriptors.forConnections(Integer.MAX_VALUE);
  private final AtomicInteger open = new AtomicInteger();
  private final Set<Channel> paused = ConcurrentHashMap.newKeySet();

  /** A connection was accepted. */
  void accepted(Channel connection) {
    if (open.incrementAndGet() >= most) {
      pause(connection.parent());
    }
    connection.closeFuture().addListener(closed -> left());
  }

  private void pause(Channel listening) {
    if (paused.add(listening)) {
      log.warn("{} connections are all that the limit of open files allows", most);
    }
    listening.config().setAutoRead(false);
  }

  private void left() {
    open.decrementAndGet();
    for (Channel listening : paused) {
      paused.remove(listening);
      listening.config().setAutoRead(true);
    }
  }
}

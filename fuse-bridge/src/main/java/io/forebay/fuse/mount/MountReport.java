package io.forebay.fuse.mount;

import io.forebay.fuse.protocol.Sockets;
import java.util.Optional;

/**
 * What the process that serves tells its {@link Keeper} of a mount.
 *
 * @param text why not; empty where nothing is wrong
 */
record MountReport(int id, Event event, String text) {

  enum Event {
    /** Its files can be read, or nobody could begin to serve it. */
    BEGUN,
    /** A name was looked up, which is known to work or not to. */
    CHECKED,
    /** It was taken away. */
    OVER
  }

  void send(int socket) {
    Sockets.send(socket, id + " " + event + " " + text);
  }

  /** Waits for the next one; empty when there will be none. */
  static Optional<MountReport> receive(int socket) {
    Sockets.Message message = Sockets.receive(socket);
    if (message.isEnd()) {
      return Optional.empty();
    }
    String[] parts = message.text().split(" ", 3);
    return Optional.of(
        new MountReport(Integer.parseInt(parts[0]), Event.valueOf(parts[1]), parts[2]));
  }

  /** Whether nothing is wrong. */
  boolean isGood() {
    return text.isEmpty();
  }
}

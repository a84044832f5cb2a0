package io.forebay.server;

import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Unix-domain socket that the node's clients connect to. It goes on listening when its file is
 * deleted, but nobody finds it then, so it is bound again. Thread-safe.
 */
final class NodeSocket {

  private static final Logger log = LoggerFactory.getLogger(NodeSocket.class);

  private final Path file;
  private final SocketRights rights;
  private final Binding binding;
  private Channel channel;
  private Optional<Object> key;

  /** Makes a socket with a file of that name, which is not there. */
  @FunctionalInterface
  interface Binding {
    Channel bind() throws IOException;
  }

  private NodeSocket(Path file, SocketRights rights, Binding binding) throws IOException {
    this.file = file;
    this.rights = rights;
    this.binding = binding;
    bind();
  }

  /** Only the owner of the node may, for what has that name is deleted. */
  static NodeSocket listen(Path file, SocketRights rights, Binding binding) throws IOException {
    return new NodeSocket(file, rights, binding);
  }

  private void bind() throws IOException {
    Files.deleteIfExists(file);
    channel = binding.bind();
    rights.give(file);
    key = key();
  }

  /** Binds it again if its file was deleted or is another's; not after it was closed. */
  synchronized void keep() throws IOException {
    if (channel.isOpen() && !key().equals(key)) {
      log.warn("{} was deleted; listening there again", file);
      channel.close().syncUninterruptibly();
      bind();
    }
  }

  private Optional<Object> key() throws IOException {
    try {
      return Optional.of(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}

package io.forebay.server;

import io.forebay.DataSet;
import io.forebay.Forebay;
import io.forebay.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The cluster as a client on this node sees it, this server included; made when it is first needed.
 * Thread-safe.
 */
final class SelfClient implements AutoCloseable {

  private final Path directory;
  private final Optional<TlsFiles.Identity> identity;
  private final Optional<Supplier<String>> token;
  private Forebay forebay;
  private boolean closed;

  /**
   * @param identity shown to the other servers
   * @param token likewise
   */
  SelfClient(
      Path directory, Optional<TlsFiles.Identity> identity, Optional<Supplier<String>> token) {
    this.directory = directory;
    this.identity = identity;
    this.token = token;
  }

  synchronized DataSet dataSet(String name) throws IOException {
    if (closed) {
      throw new IOException("the server is stopping");
    }
    if (forebay == null) {
      Forebay.Builder builder = Forebay.builder().node(directory);
      identity.ifPresent(own -> builder.certificate(own.certificate(), own.key()));
      token.ifPresent(builder::token);
      forebay = builder.open();
    }
    return forebay.dataSet(name);
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    if (forebay != null) {
      forebay.close();
    }
  }
}

package io.forebay.server;

import io.forebay.DataSet;
import io.forebay.Forebay;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The cluster as a client on this node sees it, this server included; made when it is first needed.
 * Thread-safe.
 */
final class SelfClient implements AutoCloseable {

  /** A server that loads a range says nothing until it is done. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Path directory;
  private Forebay forebay;
  private boolean closed;

  SelfClient(Path directory) {
    this.directory = directory;
  }

  synchronized DataSet dataSet(String name) throws IOException {
    if (closed) {
      throw new IOException("the server is being stopped");
    }
    if (forebay == null) {
      forebay = Forebay.builder().node(directory).patience(PATIENCE).open();
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

package io.forebay.server;

import io.forebay.DataSet;
import io.forebay.Forebay;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The cluster as a client on this node sees it, this server included; made when it is first needed.
 * Thread-safe.
 */
final class SelfClient implements AutoCloseable {

  private final Path directory;
  private Forebay forebay;
  private boolean closed;

  SelfClient(Path directory) {
    this.directory = directory;
  }

  synchronized DataSet dataSet(String name) throws IOException {
    if (closed) {
      throw new IOException("the server is stopping");
    }
    if (forebay == null) {
      forebay = Forebay.builder().node(directory).open();
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

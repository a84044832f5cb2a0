package io.forebay.server;

import io.forebay.server.admin.StatusReport;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What an artifact beside this one does as long as a server runs, such as keeping the labels of its
 * node. Found by {@link java.util.ServiceLoader}.
 */
public interface ServerCompanion {

  /** Ends a companion's work when the server stops. */
  @FunctionalInterface
  interface Work extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Begins, if there is something to do here. Must not wait for others.
   *
   * @param status of the server at the time of the call
   * @return what ends it
   * @throws IOException when it is asked for and cannot be done; then the server does not start
   */
  Optional<Work> begin(Supplier<StatusReport> status) throws IOException;
}

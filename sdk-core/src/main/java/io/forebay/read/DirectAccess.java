package io.forebay.read;

import io.forebay.DataSetSpec;
import io.forebay.understore.UnderStore;
import io.forebay.understore.UnderStores;
import java.io.IOException;

/**
 * The client's own way to the under-store, opened when it is first needed: as long as a server
 * answers, a client needs no credentials. Thread-safe.
 */
public final class DirectAccess implements AutoCloseable {

  private final DataSetSpec spec;
  private UnderStore store;

  public DirectAccess(DataSetSpec spec) {
    this.spec = spec;
  }

  /**
   * @throws IOException when this client has no endpoint or credentials for it
   */
  public synchronized UnderStore store() throws IOException {
    if (store == null) {
      try {
        store = UnderStores.open(spec);
      } catch (IllegalArgumentException e) {
        throw new IOException(
            "no cache server answers for data set '"
                + spec.name()
                + "', and this client cannot read it from its under-store: "
                + e.getMessage(),
            e);
      }
    }
    return store;
  }

  @Override
  public synchronized void close() throws IOException {
    if (store != null) {
      store.close();
    }
  }
}

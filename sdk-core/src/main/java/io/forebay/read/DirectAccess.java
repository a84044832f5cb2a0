package io.forebay.read;

import io.forebay.spec.CachePolicy;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.Mount;
import io.forebay.understore.AnnouncedMount;
import io.forebay.understore.UnderStore;
import io.forebay.understore.layer.UnderStores;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * This process's own way to the under-store, opened when it is first needed: as long as a server
 * answers, a client needs no keys. Thread-safe.
 */
public final class DirectAccess implements AutoCloseable {

  private final String dataSet;
  private final Way way;
  private UnderStore store;

  /** How to get there. */
  @FunctionalInterface
  private interface Way {
    DataSetSpec find() throws IOException;
  }

  private DirectAccess(String dataSet, Way way) {
    this.dataSet = dataSet;
    this.way = way;
  }

  /** With the options that this process has for the data set. */
  public static DirectAccess with(DataSetSpec spec) {
    return new DirectAccess(spec.name(), () -> spec);
  }

  /**
   * With what the servers say of the data set, and what this client was given for it.
   *
   * @param options of all under-stores, as they were given
   * @param onItsMachine whether the servers' directories are this process's, too
   */
  public static DirectAccess with(
      String dataSet,
      List<AnnouncedMount> mounts,
      Map<String, String> options,
      boolean onItsMachine) {
    return new DirectAccess(
        dataSet,
        () -> {
          List<Mount> own = new ArrayList<>();
          for (AnnouncedMount mount : mounts) {
            own.add(mount.withOwn(options, onItsMachine));
          }
          return new DataSetSpec(dataSet, own, CachePolicy.DEFAULT);
        });
  }

  /**
   * @throws IOException when this process does not know how to get there; says what is missing
   */
  public synchronized UnderStore store() throws IOException {
    if (store == null) {
      try {
        store = UnderStores.open(way.find());
      } catch (AccessDeniedException e) {
        throw e;
      } catch (IOException | IllegalArgumentException e) {
        throw new IOException(
            "this client cannot use the under-store of data set '"
                + dataSet
                + "' directly: "
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

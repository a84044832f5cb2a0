package io.forebay.node;

import io.forebay.DataSetSpec;
import io.forebay.snapshot.SnapshotId;
import io.forebay.snapshot.SnapshotShelf;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The other nodes that serve a data set. One of them lists it for all; which one follows from the
 * data set's name, so that nobody has to be asked. Thread-safe.
 */
public interface SnapshotPeers {

  /** A node by itself. */
  SnapshotPeers NONE =
      new SnapshotPeers() {
        @Override
        public Optional<SnapshotId> latest(
            DataSetSpec dataSet, Duration maxAge, SnapshotShelf shelf, LongConsumer progress) {
          return Optional.empty();
        }

        @Override
        public void fetch(String dataSet, SnapshotId id, SnapshotShelf shelf) {}

        @Override
        public void use(DataSetSpec dataSet, SnapshotId id) {}
      };

  /**
   * Gets the snapshot of the node that lists the data set, which makes one if it has none that is
   * young enough.
   *
   * @param maxAge since the listing began, by that node's clock
   * @param shelf takes it, not in use yet
   * @param progress hears how many entries were found
   * @return empty when this node is the one that has to list
   */
  Optional<SnapshotId> latest(
      DataSetSpec dataSet, Duration maxAge, SnapshotShelf shelf, LongConsumer progress)
      throws IOException;

  /** Gets a certain snapshot from whoever has it; nothing happens if nobody does. */
  void fetch(String dataSet, SnapshotId id, SnapshotShelf shelf) throws IOException;

  /**
   * Has all others use a snapshot that have the same mounts.
   *
   * @throws IOException when one could not, after all were told
   */
  void use(DataSetSpec dataSet, SnapshotId id) throws IOException;
}

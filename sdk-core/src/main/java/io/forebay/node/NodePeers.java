package io.forebay.node;

import io.forebay.FileStatus;
import io.forebay.snapshot.SnapshotStore;
import io.forebay.spec.DataSetSpec;
import io.forebay.spec.SnapshotId;
import io.forebay.spec.SnapshotTolerance;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The other nodes that serve a data set. One of them lists it for all, and each file has one that
 * owns it; which one follows from the names, so that nobody has to be asked. Thread-safe.
 */
public interface NodePeers {

  /** A node by itself. */
  NodePeers NONE =
      new NodePeers() {
        @Override
        public Optional<SnapshotId> latest(
            DataSetSpec dataSet,
            Duration maxAge,
            SnapshotTolerance acceptance,
            SnapshotStore snapshotStore,
            LongConsumer progress) {
          return Optional.empty();
        }

        @Override
        public void fetch(String dataSet, SnapshotId id, SnapshotStore snapshotStore) {}

        @Override
        public void use(DataSetSpec dataSet, SnapshotId id) {}

        @Override
        public int nodes() {
          return 1;
        }

        @Override
        public InputStream open(String dataSet, FileStatus file, long offset, long length)
            throws IOException {
          throw new IOException("there are no other nodes");
        }
      };

  /**
   * Gets the snapshot of the node that lists the data set, which makes one if it has none that is
   * young enough.
   *
   * @param maxAge since the listing began, by that node's clock
   * @param acceptance what a new one may lack
   * @param snapshotStore takes it, not in use yet
   * @param progress hears how many entries were found
   * @return empty when this node is the one that has to list
   * @throws io.forebay.SnapshotRefusedException when a new one lacks more than that
   */
  Optional<SnapshotId> latest(
      DataSetSpec dataSet,
      Duration maxAge,
      SnapshotTolerance acceptance,
      SnapshotStore snapshotStore,
      LongConsumer progress)
      throws IOException;

  /** Gets a certain snapshot from whoever has it; nothing happens if nobody does. */
  void fetch(String dataSet, SnapshotId id, SnapshotStore snapshotStore) throws IOException;

  /**
   * Has all others use a snapshot that have the same mounts.
   *
   * @throws IOException when one could not, after all were told
   */
  void use(DataSetSpec dataSet, SnapshotId id) throws IOException;

  /** How many nodes there are, this one included. */
  int nodes();

  /**
   * Reads a range of a file from the node that owns it.
   *
   * @param offset of the first byte; {@code offset + length <= size}
   * @throws IOException also when this node owns it, or nobody who does is up
   */
  InputStream open(String dataSet, FileStatus file, long offset, long length) throws IOException;
}

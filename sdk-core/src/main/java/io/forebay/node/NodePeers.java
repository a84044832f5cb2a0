package io.forebay.node;

import io.forebay.FileStatus;
import io.forebay.file.FileId;
import io.forebay.file.FileVersion;
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
        public boolean owns(FileId file, int extent, int replicas) {
          return true;
        }

        @Override
        public Optional<InputStream> nearer(
            FileVersion file, long offset, long length, int replicas) {
          return Optional.empty();
        }

        @Override
        public Optional<InputStream> former(
            FileVersion file, long offset, long length, int replicas) {
          return Optional.empty();
        }

        @Override
        public void replicate(String dataSet, String pattern, int count) {}

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

  /** Whether this node is to have a part of a file. */
  boolean owns(FileId file, int extent, int replicas);

  /**
   * Reads a range of a file from a node that is nearer than the under-store: from one that owns it
   * before this one does, or has owned it until lately.
   *
   * @param offset of the first byte; {@code offset + length <= size}, within an extent
   * @return empty when there is none; the stream fails when that node does not have the range
   */
  Optional<InputStream> nearer(FileVersion file, long offset, long length, int replicas);

  /**
   * Reads a range of a file from the cache of a node that has owned it until lately. That node asks
   * no other one, so nodes that ask each other do not wait for each other.
   *
   * @param offset of the first byte; {@code offset + length <= size}, within an extent
   * @return empty when there is none; the stream fails when none of them has the range
   */
  Optional<InputStream> former(FileVersion file, long offset, long length, int replicas);

  /**
   * Tells all others how many nodes are to have the files of a pattern.
   *
   * @throws IOException when one could not be told, after all others were
   */
  void replicate(String dataSet, String pattern, int count) throws IOException;

  /**
   * Reads a range of a file from the node that owns it.
   *
   * @param offset of the first byte; {@code offset + length <= size}
   * @throws IOException also when this node owns it, or nobody who does is up
   */
  InputStream open(String dataSet, FileStatus file, long offset, long length) throws IOException;
}

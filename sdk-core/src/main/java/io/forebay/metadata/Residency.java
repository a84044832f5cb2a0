package io.forebay.metadata;

import io.forebay.file.FileId;
import java.util.Optional;

/**
 * Which file versions are complete and verified on this node, and in which directory. A process
 * that finds a version here may read its tier file without asking anyone. Thread-safe.
 */
public interface Residency extends AutoCloseable {

  /**
   * Where a resident file is.
   *
   * @param directory index into the node's list of tier directories
   * @param length in bytes
   */
  record Location(int directory, long length) {}

  Optional<Location> find(FileId id);

  void put(FileId id, Location location);

  void remove(FileId id);

  @Override
  void close();
}

package io.forebay.metadata;

import io.forebay.file.FileId;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the complete and verified files of this node. */
@FunctionalInterface
public interface ResidentFiles {

  /**
   * A resident file.
   *
   * @param directory of a tier; {@link TierLayout} names the file in it
   * @param length in bytes
   */
  record Place(Path directory, long length) {}

  Optional<Place> find(FileId id);
}

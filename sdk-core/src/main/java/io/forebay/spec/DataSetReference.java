package io.forebay.spec;

import io.forebay.file.DataPath;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.util.Optional;

/**
 * A data set that is a part of another one, under a name of its own: {@code
 * dataset://namespace/name/directory}, as Fluid writes it. What is cached is the other's.
 *
 * @param target the other's name
 * @param directory in the other; empty for all of it
 */
public record DataSetReference(String target, String directory) {

  private static final String SCHEME = "dataset";

  /** What a root refers to; empty for one that is an under-store's. */
  public static Optional<DataSetReference> of(URI root) {
    if (!SCHEME.equalsIgnoreCase(root.getScheme())) {
      return Optional.empty();
    }
    String path = root.getPath() == null ? "" : root.getPath();
    String[] parts = path.split("/", 3);
    if (root.getAuthority() == null || parts.length < 2 || parts[1].isEmpty()) {
      throw new IllegalArgumentException(
          "a reference must name a namespace and a data set, such as dataset://default/images or"
              + " dataset://default/images/train; got "
              + root);
    }
    try {
      return Optional.of(
          new DataSetReference(parts[1], DataPath.normalize(parts.length < 3 ? "" : parts[2])));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(root + ": " + e.getReason(), e);
    }
  }

  /** What a data set refers to; empty for one that has under-stores. */
  public static Optional<DataSetReference> of(DataSetSpec spec) {
    return of(spec.mounts().get(0).root());
  }

  @Override
  public String toString() {
    return directory.isEmpty()
        ? "data set '" + target + "'"
        : "the directory '" + directory + "' of data set '" + target + "'";
  }
}

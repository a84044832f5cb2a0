package io.forebay.fuse.mount;

import java.nio.file.Path;
import java.util.List;

/**
 * What is to be mounted, and where.
 *
 * @param dataSet its name or root
 * @param point an existing directory
 * @param options as they stand behind {@code -o}
 */
public record MountRequest(String dataSet, Path point, String options) {

  private static final String BETWEEN = "\0"; // which is in no path

  /** At a place that is known to be a directory. */
  MountRequest at(MountPoint directory) {
    return new MountRequest(dataSet, directory.path(), options);
  }

  /**
   * Whether whoever is mounted for one can be served for the other: what the kernel was told of the
   * mount stays as it is.
   */
  boolean isServedLike(MountRequest other) {
    MountOptions own = MountOptions.parse(options);
    MountOptions others = MountOptions.parse(other.options);
    return dataSet.equals(other.dataSet)
        && own.forKernel().equals(others.forKernel())
        && own.isWritable() == others.isWritable();
  }

  /** The inverse of {@link #toString()}. */
  static MountRequest parse(String text) {
    List<String> parts = List.of(text.split(BETWEEN, -1));
    return new MountRequest(parts.get(0), Path.of(parts.get(1)), parts.get(2));
  }

  @Override
  public String toString() {
    return String.join(BETWEEN, dataSet, point.toString(), options);
  }
}

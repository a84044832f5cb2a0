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

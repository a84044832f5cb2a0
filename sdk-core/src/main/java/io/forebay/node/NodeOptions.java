package io.forebay.node;

import io.forebay.fill.FillOptions;
import io.forebay.store.StoreOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Settings of a node's cache.
 *
 * @param directory holds lock, maps, pins and {@code node.properties}
 * @param store where and how resident files are kept
 * @param fill bounds on fetching
 * @param group whose members may read resident files by themselves; empty for the process's own
 */
public record NodeOptions(
    Path directory, StoreOptions store, FillOptions fill, Optional<String> group) {

  /** For the group that the process has. */
  public NodeOptions(Path directory, StoreOptions store, FillOptions fill) {
    this(directory, store, fill, Optional.empty());
  }

  /** A cache in one directory with the usual settings. */
  public static NodeOptions of(Path directory, long quotaBytes) {
    return new NodeOptions(
        directory, StoreOptions.of(directory.resolve("tier"), quotaBytes), FillOptions.DEFAULT);
  }
}

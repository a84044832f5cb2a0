package io.forebay.node;

import io.forebay.fill.FillOptions;
import io.forebay.store.StoreOptions;
import java.nio.file.Path;

/**
 * Settings of a node's cache.
 *
 * @param directory holds lock, maps, pins and {@code node.properties}
 * @param store where and how resident files are kept
 * @param fill bounds on fetching
 */
public record NodeOptions(Path directory, StoreOptions store, FillOptions fill) {

  /** A cache in one directory with the usual settings. */
  public static NodeOptions of(Path directory, long quotaBytes) {
    return new NodeOptions(
        directory, StoreOptions.of(directory.resolve("tier"), quotaBytes), FillOptions.DEFAULT);
  }
}
